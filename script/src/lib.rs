//! The seam to the sandboxes: how the server and a worker process talk, and the limits that a worker keeps.
//!
//! Expressions and scripts of administrators run in worker processes, never in the server. Managed scope mappings are
//! native and need neither. The engines join this crate with the features that use them; what stands here is what both
//! sides share: the frames on the pipe and the limits, without any I/O of its own beyond a reader and a writer.

pub mod frame;
pub mod limits;
