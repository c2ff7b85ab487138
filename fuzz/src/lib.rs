//! Hostile input for every parser and every decision of Vestibule: plain functions that take bytes and panic when a
//! promise is broken.
//!
//! `vestibule-fuzz` drives them with mutated input on the stable toolchain; `fuzz/libfuzzer` gives the same functions to
//! libFuzzer. What a function returns says where the input led (which refusal, which branch): input that leads to a new
//! place is kept and mutated further.
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a broken promise ends the run, and that is what it is for"
)]

use std::hash::{DefaultHasher, Hash, Hasher};

pub mod campaign;
pub mod corpus;
pub mod mutate;
pub mod targets;
pub mod world;

/// Where an input led.
pub type Place = u64;

/// One thing to try input on.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of its folder below `fuzz/corpus`.
    pub name: &'static str,
    /// Takes any bytes. It panics when a promise is broken.
    pub run: fn(&[u8]) -> Place,
    /// Words that this input is made of.
    pub words: &'static [&'static str],
}

/// All targets.
#[must_use]
pub const fn targets() -> &'static [Target] {
    targets::ALL
}

/// The target of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    targets().iter().find(|target| target.name == name)
}

/// A place as a number.
pub fn place(of: impl Hash) -> Place {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
