//! The seam to the sandboxes: how the server and a worker process talk, and the limits that a worker keeps.
//!
//! Expressions and scripts of administrators run in worker processes, never in the server. Managed scope mappings are
//! native and need neither. The server makes an [`Expression`], fills [`Inputs`] with what it mentions ([`Needs`]), hands
//! both to [`Workers`] and answers what the expression asks for through its [`Host`].
//!
//! A [`ProfileScript`] runs in [`ScriptWorkers`], processes of the same kind in a pool of their own, and reaches other servers
//! through [`Host::http`] alone.

mod engine;
mod expression;
pub mod frame;
pub mod host;
pub mod inputs;
mod javascript;
pub mod limits;
mod logs;
mod outcome;
mod profile;
mod resident;
mod wire;
pub mod worker;
mod workers;

pub use expression::{Expression, ExpressionId, Kind, Needs};
pub use host::{Host, HostFuture, NoHost};
pub use inputs::Inputs;
pub use limits::Limits;
pub use outcome::{CheckFault, Exception, Level, LogLine, Ran, RunFault, SyntaxFault};
pub use profile::{
    ProfileInputs, ProfileRan, ProfileScript, ScriptFault, ScriptId, ScriptLimits, ScriptTrial, ScriptWorkers,
    ScriptWorkersConfig,
};
pub use workers::{Job, Workers, WorkersConfig};
