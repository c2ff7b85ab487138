//! What the architecture and the house style promise about the tree itself: which part may import which, how long a
//! file may be, which words have no place, what may become a dependency, and where each standard lives. These tests
//! read the files and never the running program.

mod compatibility;
mod dependencies;
mod directions;
mod files;
mod sizes;
mod standards;
mod words;
