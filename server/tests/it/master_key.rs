//! The master key file: made once, kept private, refused when others can read it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use vestibule::entropy::SystemEntropy;
use vestibule::master_key::{FILE, load};

fn shown(keys: &[SecretString]) -> Vec<String> {
    keys.iter().map(|key| key.expose_secret().to_owned()).collect()
}

fn write(folder: &Path, text: &str, mode: u32) {
    fs::write(folder.join(FILE), text).unwrap();
    fs::set_permissions(folder.join(FILE), fs::Permissions::from_mode(mode)).unwrap();
}

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

#[test]
fn a_configured_key_wins_and_no_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let keys = load(&[SecretString::from(KEY)], folder.path(), &SystemEntropy).unwrap();
    assert_eq!(shown(&keys), [KEY]);
    assert!(!folder.path().join(FILE).exists());
}

#[test]
fn the_first_start_makes_a_private_file_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("new/data");
    let first = load(&[], &data_dir, &SystemEntropy).unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(
        fs::metadata(data_dir.join(FILE)).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::metadata(&data_dir).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(shown(&load(&[], &data_dir, &SystemEntropy).unwrap()), shown(&first));
    assert_eq!(
        fs::read_dir(&data_dir).unwrap().count(),
        1,
        "nothing else is left behind"
    );
}

#[test]
fn starts_at_the_same_moment_agree_on_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<Vec<String>> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| shown(&load(&[], folder.path(), &SystemEntropy).unwrap())))
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    for mode in [0o644, 0o640, 0o604, 0o660] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), KEY, mode);
        let error = load(&[], folder.path(), &SystemEntropy).unwrap_err().to_string();
        assert!(
            error.contains(&format!("(mode {mode:04o})")) && error.contains("chmod 600 "),
            "{error}"
        );
        assert!(!error.contains(KEY));
    }
}

#[test]
fn a_list_keeps_its_order_and_a_malformed_line_is_named_but_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let second = "YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=";
    write(folder.path(), &format!("{second}\n\n{KEY}\n"), 0o600);
    assert_eq!(shown(&load(&[], folder.path(), &SystemEntropy).unwrap()), [second, KEY]);
    write(folder.path(), &format!("{KEY}\nhush-hush\n"), 0o600);
    let error = load(&[], folder.path(), &SystemEntropy).unwrap_err().to_string();
    assert!(
        error.contains("master.key:2: ") && error.contains("32 bytes in base64") && !error.contains("hush-hush"),
        "{error}"
    );
    write(folder.path(), "\n", 0o600);
    assert!(
        load(&[], folder.path(), &SystemEntropy)
            .unwrap_err()
            .to_string()
            .contains("is empty")
    );
}

#[test]
fn a_folder_that_can_not_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = load(&[], &folder.path().join("file/data"), &SystemEntropy)
        .unwrap_err()
        .to_string();
    assert!(error.contains("file/data"), "{error}");
}
