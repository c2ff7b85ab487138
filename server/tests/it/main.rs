//! The server as a whole, in process, and the promises of the tree itself.

mod house;
