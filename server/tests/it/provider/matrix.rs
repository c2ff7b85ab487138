//! Bad input as matrices: every way to tokens against everything that may be wrong with it (security sheet, items 1 to 26).
//!
//! `matrix/ways.rs` makes each way ready up to its last request; the other files have one subject each, as a table.

mod allowed;
mod bytes;
mod corpus;
mod encrypted;
mod foreign;
mod jose;
mod mutations;
mod pkce;
mod races;
mod scopes;
mod scripts;
mod secrets;
mod standing;
mod tokens;
mod ways;
