//! Sign-ins that are recorded, refusals that are explained, and what repairs them: in process and on both engines.

mod arrivals;
mod authorizations;
mod page;
mod reading;
mod recording;
mod support;
mod tokens;
