//! What was wrong with the configuration, and where. Messages name keys and forms; they never repeat the value of a secret.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a setting was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A place in the file; line and column count from 1, and columns are characters.
    File {
        /// The file as it was named.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// The file as a whole.
    WholeFile(PathBuf),
    /// An environment variable.
    Variable(String),
    /// Nobody set it: the default of the table.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::WholeFile(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One mistake: where, what was found, and the right form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands.
    pub place: Place,
    /// What was found and what would be right.
    pub message: String,
}

impl Mistake {
    pub(super) fn new(place: Place, message: String) -> Self {
        Self { place, message }
    }
}

/// Every mistake of one configuration; shown one per line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    mistakes: Vec<Mistake>,
}

impl ConfigError {
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| match &mistake.place {
            Place::WholeFile(_) => (0, 0, 0),
            Place::File { line, column, .. } => (1, *line, *column),
            Place::Variable(_) => (2, 0, 0),
            Place::Default => (3, 0, 0),
        });
        Self { mistakes }
    }

    /// The mistakes: those of the file by line, then those of variables. Never empty.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}: {}", mistake.place, mistake.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// The file that was named can't be read.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError::new(vec![Mistake::new(
        Place::WholeFile(path.to_path_buf()),
        format!("the configuration file can't be read: {error}"),
    )])
}
