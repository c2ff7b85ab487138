//! `docs/reference/compatibility.md` names the tests that show what it says. It stays true because each of them has to be there.

use super::files::{self, SourceFile};

const PAGE: &str = "docs/reference/compatibility.md";

/// The tests in the third column, in their order.
fn named(page: &str) -> Vec<String> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        (cells.len() == 3).then(|| cells[2].to_owned())
    });
    cells
        .flat_map(|cell| {
            let quoted = cell.split('`').skip(1).step_by(2);
            quoted.map(str::to_owned).collect::<Vec<String>>()
        })
        .collect()
}

/// What is wrong with the name of a test; nothing: it is there.
fn missing(all: &[SourceFile], name: &str) -> Option<String> {
    let text_of = |path: &str| all.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    if let Some((file, title)) = name.split_once(".test.mjs: ") {
        let path = format!("server/tests/browser/{file}.test.mjs");
        let calls = ["'", "\"", "`"].map(|quote| format!("test({quote}{title}{quote}"));
        let is_there = text_of(&path).is_some_and(|text| calls.iter().any(|call| text.contains(call)));
        return (!is_there).then(|| format!("{path} has no test of the title `{title}`"));
    }
    if let Some((file, function)) = name.split_once(".py: ") {
        let path = format!("server/tests/clients/{file}.py");
        let is_there = text_of(&path).is_some_and(|text| text.contains(&format!("def {function}(")));
        return (!is_there).then(|| format!("{path} has no {function}"));
    }
    let (package, rest) = name.split_once(": ").unwrap_or(("server", name));
    let Some((module, function)) = rest.rsplit_once("::") else {
        return Some(format!("`{name}` is no name of a test"));
    };
    let path = module.replace("::", "/");
    let paths = [
        format!("{package}/tests/it/{path}.rs"),
        format!("{package}/src/{path}.rs"),
    ];
    let text = paths.iter().find_map(|path| text_of(path));
    let Some(text) = text else {
        return Some(format!("{name}: there is no {}", paths[0]));
    };
    let is_there = text.contains(&format!("fn {function}("));
    // Tests of the server run where a list names them, once for each database.
    let runs = package != "server" || text.matches(function).count() > 1 || text.contains("#[test]");
    (!is_there || !runs).then(|| format!("{name}: {function} is not there, or nothing runs it"))
}

#[test]
fn every_test_that_the_page_names_is_there() {
    let all = files::all();
    let page = all.iter().find(|file| file.path == PAGE).expect(PAGE);
    let names = named(&page.text);
    assert!(names.len() > 200, "the table was not read: {}", names.len());
    let wrong: Vec<String> = names.iter().filter_map(|name| missing(&all, name)).collect();
    files::assert_none(PAGE, &wrong);
}

#[test]
fn names_that_lead_nowhere_are_found() {
    let all = files::all();
    for name in [
        "house::compatibility::nothing_of_this_name",
        "house::nowhere::every_test_that_the_page_names_is_there",
        "protocol: nowhere::a_test",
        "start_page.test.mjs: nothing of this title",
        "test_oauth1.py: test_nothing",
        "a sentence",
    ] {
        assert!(missing(&all, name).is_some(), "{name}");
    }
    let here = "house::compatibility::every_test_that_the_page_names_is_there";
    assert_eq!(missing(&all, here), None);
}
