//! Signing in through sources, in process and on both engines, with the sample upstream behind a real socket.

pub(crate) mod account;
mod api;
mod arrivals;
mod defects;
mod discovery;
mod finishing;
mod guards;
mod more;
mod policies;
mod rehearsal;
mod samples;
mod scripts;
mod shapes;
mod state;
pub(crate) mod support;
mod vendors;
