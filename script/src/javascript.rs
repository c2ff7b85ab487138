//! The interpreter of profile scripts, as a worker runs it. Nothing of this runs in the server.
//!
//! Every run has a runtime of its own. What a script sees beyond the language is written in JavaScript in the files beside
//! this one, and loaded when the script touches it; below it stand a few functions of the worker (`natives`), none of
//! which can do more than a script may do anyway.

mod address;
mod budget;
mod bytes;
mod digest;
mod forms;
mod natives;
mod outcome;
mod pieces;
mod run;
mod turns;

pub(crate) use budget::{Budget, monotonic_millis};
pub(crate) use pieces::Pieces;
pub(crate) use run::{Asked, Run, Slice};
pub(crate) use turns::Turns;
