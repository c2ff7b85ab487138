//! The seam to the sandboxes: how the server and a worker process talk, and the limits that a worker keeps.
//!
//! Expressions and scripts of administrators run in worker processes, never in the server. Managed scope mappings are
//! native and need neither. The server makes an [`Expression`], fills [`Inputs`] with what it mentions ([`Needs`]), hands
//! both to [`Workers`] and answers what the expression asks for through its [`Host`].

mod engine;
mod expression;
pub mod frame;
pub mod host;
pub mod inputs;
pub mod limits;
mod outcome;
mod wire;
pub mod worker;
mod workers;

pub use expression::{Expression, ExpressionId, Kind, Needs};
pub use host::{Host, HostFuture, NoHost};
pub use inputs::Inputs;
pub use limits::Limits;
pub use outcome::{CheckFault, Exception, Level, LogLine, Ran, RunFault, SyntaxFault};
pub use workers::{Job, Workers, WorkersConfig};
