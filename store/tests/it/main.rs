//! One suite over both engines, plus what only one of them can lose: connections, servers, processes.

// The helpers of a test fail as loudly as the test itself.
#![allow(clippy::expect_used, clippy::panic)]

mod commits;
mod crash;
mod disk;
mod factors;
mod lists;
mod migrations;
mod outage;
mod own_server;
mod samples;
mod schema;
mod secrets;
mod support;
mod sweep;
mod tls;
mod transactions;
mod values;
mod webhooks;
