//! `docs/standards.md` tells where each standard lives. It stays true because these tests compare it with the code.

use std::collections::BTreeSet;

use super::files;

/// A row of the table: the standard, the files that implement it, and the tests that show it.
struct Row {
    standard: String,
    files: Vec<String>,
    tests: Vec<String>,
}

fn index() -> Vec<Row> {
    let page = files::all()
        .into_iter()
        .find(|file| file.path == "docs/standards.md")
        .expect("docs/standards.md exists");
    let rows = page.text.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 3, "docs/standards.md: three cells in {line}");
        Row {
            standard: cells[0].to_owned(),
            files: quoted(cells[1]),
            tests: quoted(cells[2]),
        }
    })
    .collect()
}

/// The words between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Numbers after the word RFC: `RFC 6749`, `RFC6749`, `[RFC 6749]`, `rfc6749`.
fn rfc_numbers(text: &str) -> BTreeSet<u32> {
    let upper = text.to_ascii_uppercase();
    let after = upper
        .match_indices("RFC")
        .map(|(at, _)| upper[at + 3..].trim_start_matches([' ', '-', '_']));
    after
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>())
        .filter(|digits| (3..=5).contains(&digits.len()))
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

#[test]
fn every_file_in_the_index_of_standards_exists_and_speaks_of_it() {
    let all = files::all();
    let mut wrong = Vec::new();
    for row in index() {
        if row.files.is_empty() || row.tests.is_empty() {
            wrong.push(format!("{}: names no file, or no test", row.standard));
        }
        let numbers = rfc_numbers(&row.standard);
        for path in row.files.iter().chain(&row.tests) {
            match all.iter().find(|file| file.path == *path) {
                None => wrong.push(format!("{}: {path} does not exist", row.standard)),
                Some(file) if row.files.contains(path) && !numbers.is_subset(&rfc_numbers(&file.text)) => {
                    wrong.push(format!("{}: {path} does not mention it", row.standard));
                }
                Some(_) => {}
            }
        }
    }
    files::assert_none("docs/standards.md:", &wrong);
}

#[test]
fn every_rfc_that_the_code_speaks_of_is_in_the_index() {
    let listed: BTreeSet<u32> = index().iter().flat_map(|row| rfc_numbers(&row.standard)).collect();
    let mut missing = Vec::new();
    for file in files::rust().iter().filter(|file| file.path.contains("/src/")) {
        for line in file
            .text
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("//!") || line.starts_with("///"))
        {
            for number in rfc_numbers(line).difference(&listed) {
                missing.push(format!("RFC {number} in {}", file.path));
            }
        }
    }
    missing.sort();
    missing.dedup();
    files::assert_none("without a row in docs/standards.md:", &missing);
}

#[test]
fn rfc_numbers_are_found_in_every_way_of_writing_them() {
    let found = rfc_numbers("RFC 6749 section 4, (RFC7636), rfc-9207, RFC 12 and RFC text");
    assert_eq!(found, BTreeSet::from([6749, 7636, 9207]));
}
