//! Finds the master keys, or makes the first one. Sealing and opening with them belongs to the store.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::entropy::SystemEntropy;

/// The file in the data folder.
pub const FILE: &str = "master.key";

/// Why there are no master keys.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// Others may read the file.
    #[error("{} can be read by others (mode {mode:04o}); run: chmod 600 {}", path.display(), path.display())]
    Readable {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// A line of the file is no key.
    #[error("{}:{line}: this is not a master key; write 32 bytes in base64, one key per line", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Counting from 1.
        line: usize,
    },
    /// The file holds no key.
    #[error("{} is empty; restore it from a backup, or remove it together with an empty database to begin anew", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file or its folder can't be used.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// The master keys, base64 of 32 bytes each; the first seals, all open.
///
/// `configured` wins. Otherwise the file `master.key` of `data_dir`, one key per line, made with mode 0600 when it is missing.
/// Of several processes that start at once, one makes the file and all use it.
///
/// # Errors
/// When the file is readable by others, malformed, or can't be read or made.
pub fn load(
    configured: &[SecretString],
    data_dir: &Path,
    entropy: &SystemEntropy,
) -> Result<Vec<SecretString>, MasterKeyError> {
    if !configured.is_empty() {
        return Ok(configured.to_vec());
    }
    let path = data_dir.join(FILE);
    match read(&path) {
        Err(MasterKeyError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
            create(data_dir, &path, entropy).map_err(|error| MasterKeyError::Io {
                path: path.clone(),
                error,
            })?;
            read(&path)
        }
        other => other,
    }
}

fn read(path: &Path) -> Result<Vec<SecretString>, MasterKeyError> {
    let failed = |error| MasterKeyError::Io {
        path: path.to_path_buf(),
        error,
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(MasterKeyError::Readable {
            path: path.to_path_buf(),
            mode,
        });
    }
    let text = Zeroizing::new(io::read_to_string(file).map_err(failed)?);
    let mut keys = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match STANDARD.decode(line.trim()).map(Zeroizing::new) {
            Ok(bytes) if bytes.len() == 32 => keys.push(SecretString::from(line.trim())),
            _ => {
                return Err(MasterKeyError::Malformed {
                    path: path.to_path_buf(),
                    line: index + 1,
                });
            }
        }
    }
    if keys.is_empty() {
        Err(MasterKeyError::Empty {
            path: path.to_path_buf(),
        })
    } else {
        Ok(keys)
    }
}

/// Writes a new key beside its place and links it there: no other process ever sees half a file, and an existing one stays.
fn create(data_dir: &Path, path: &Path, entropy: &SystemEntropy) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir)?;
    let mut bytes = Zeroizing::new([0u8; 32]);
    entropy.fill(bytes.as_mut());
    let mut suffix = [0u8; 8];
    entropy.fill(&mut suffix);
    let beside = data_dir.join(format!(".{FILE}.{:016x}", u64::from_be_bytes(suffix)));
    let written = write_new(&beside, &Zeroizing::new(STANDARD.encode(bytes.as_ref())))
        .and_then(|()| fs::hard_link(&beside, path));
    let removed = fs::remove_file(&beside);
    match written {
        // Another process was faster: its key counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other?,
    }
    removed?;
    File::open(data_dir)?.sync_all()
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}
