//! Every input of the corpus keeps every promise, and nothing of it is lost.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use fuzz::{corpus, find, targets};

#[test]
fn the_corpus_keeps_every_promise() {
    targets::use_worker(env!("CARGO_BIN_EXE_vestibule-fuzz").into());
    for target in targets() {
        let inputs = corpus::read(target.name).expect("every target has a corpus");
        assert!(inputs.len() >= 3, "{} begins with {} inputs", target.name, inputs.len());
        let places: BTreeSet<_> = inputs.iter().map(|(_, input)| (target.run)(input)).collect();
        assert!(places.len() >= 2, "all inputs of {} lead to one place", target.name);
    }
}

#[test]
fn every_folder_of_the_corpus_has_a_target() {
    let all = corpus::folder("").read_dir().expect("a corpus");
    for entry in all {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert!(find(&name).is_some(), "nothing reads fuzz/corpus/{name}");
    }
}
