//! What has no place in any file: unfinished work, tests that do not run, addresses of one machine, and modules that
//! do not say what they own.

use super::files;

/// Split in two so that this file does not contain what it forbids.
const UNFINISHED: [(&str, &str); 7] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("to", "do!("),
    ("unimple", "mented!("),
    ("#[ig", "nore"),
    ("not yet impl", "emented"),
];

/// Paths that only exist on the machine where somebody worked.
const MACHINE_PATHS: [(&str, &str); 3] = [("/wo", "rk/"), ("/ro", "ot/"), ("/tm", "p/wt")];

/// The public registries; a lock file that names another host cannot be installed elsewhere.
const REGISTRIES: [&str; 2] = [
    "https://github.com/rust-lang/crates.io-index",
    "https://registry.npmjs.org/",
];

fn occurrences(words: &[(&str, &str)], keep: impl Fn(&files::SourceFile) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in files::all().iter().filter(|file| keep(file)) {
        for (number, line) in file.text.lines().enumerate() {
            for (head, tail) in words {
                if line.contains(&format!("{head}{tail}")) {
                    found.push(format!("{}:{}: {head}{tail}", file.path, number + 1));
                }
            }
        }
    }
    found
}

#[test]
fn nothing_is_left_unfinished_and_no_test_is_switched_off() {
    files::assert_none(
        "finish or remove:",
        &occurrences(&UNFINISHED, |file| !file.path.ends_with("package-lock.json")),
    );
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    files::assert_none("paths of one machine:", &occurrences(&MACHINE_PATHS, |_| true));
}

#[test]
fn lock_files_name_public_registries_only() {
    let mut foreign = Vec::new();
    let mut checked = 0;
    for file in files::all() {
        let (field, cut) = match file.path.rsplit('/').next() {
            Some("Cargo.lock") => ("source = \"", "registry+"),
            Some("package-lock.json") => ("\"resolved\": \"", ""),
            _ => continue,
        };
        checked += 1;
        for line in file.text.lines() {
            let Some(address) = line.trim().strip_prefix(field) else {
                continue;
            };
            let address = address.strip_prefix(cut).unwrap_or(address);
            if !REGISTRIES.iter().any(|registry| address.starts_with(registry)) {
                foreign.push(format!("{}: {}", file.path, line.trim()));
            }
        }
    }
    assert!(checked >= 2, "the lock files of Cargo and npm were not found");
    files::assert_none("foreign registries:", &foreign);
}

#[test]
fn modules_stand_beside_their_folder_and_open_with_what_they_own() {
    let mut wrong = Vec::new();
    for file in files::rust() {
        if file.path.ends_with("/mod.rs") {
            wrong.push(format!("{}: name it after its folder, beside it", file.path));
        }
        let opening = file
            .text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("#!["));
        if !opening.is_some_and(|line| line.starts_with("//! ") && line.len() > 20) {
            wrong.push(format!("{}: open it with //! and a sentence", file.path));
        }
    }
    files::assert_none("modules:", &wrong);
}
