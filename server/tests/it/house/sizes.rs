//! A file has one subject. Past 500 lines two subjects share it.

use super::files;

/// Above this many lines a file is named in the output.
const REPORT: usize = 350;
/// Above this many lines the test fails.
const FAIL: usize = 500;

#[test]
fn no_source_file_is_longer_than_500_lines() {
    let mut long = Vec::new();
    for file in files::all() {
        let source = [".rs", ".mjs", ".js", ".css", ".html", ".lua", ".sql", ".ftl"]
            .iter()
            .any(|e| file.path.ends_with(e));
        let lines = file.text.lines().count();
        if source && lines > REPORT {
            println!("{} has {lines} lines", file.path);
        }
        if source && lines > FAIL {
            long.push(format!("{}: {lines} lines", file.path));
        }
    }
    files::assert_none("split these files by subject:", &long);
}
