//! Auth0's interface, as its SDK and its applications use it. Names of tests carry the statements of the Auth0 sheet.

mod callers;
mod clients;
mod connections;
mod failures;
mod lists;
mod options;
mod people;
mod sign_in;
mod sign_out;
mod support;
mod tokens;
