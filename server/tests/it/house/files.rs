//! The files of the repository as the house checks see them. Read from the folder, not from git, so that an unpacked
//! archive is checked as well; what `.gitignore` names is left out.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that `.gitignore` keeps out of the repository, and git's own.
const NOT_OURS: [&str; 5] = [".git", "target", "node_modules", "test-output", "vestibule-data"];

/// One text file of the repository.
pub(crate) struct SourceFile {
    /// From the root of the repository, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// Whether this is a Rust source of one of our crates or their tests.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the repository has a root")
}

/// Every text file, in the order of its path. Files that are not UTF-8 (pictures) are left out.
pub(crate) fn all() -> Vec<SourceFile> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository can be read") {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name != ".git"
                && let Ok(text) = fs::read_to_string(&path)
            {
                let path = path
                    .strip_prefix(&root)
                    .expect("below the root")
                    .to_string_lossy()
                    .replace('\\', "/");
                found.push(SourceFile { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 10, "the repository was not found");
    found
}

/// Every Rust source.
pub(crate) fn rust() -> Vec<SourceFile> {
    all().into_iter().filter(SourceFile::is_rust).collect()
}

/// Fails with one line per finding.
pub(crate) fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}
