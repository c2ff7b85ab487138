//! One test binary for the rules that standards print examples for: a module per RFC or subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod cross_check;
mod durations;
mod jose_forms;
mod jose_hostile;
mod jose_properties;
mod jwk_forms;
mod openid_hashes;
mod rfc7515;
mod rfc7520;
mod rfc7638;
mod rfc8037;
mod support;
