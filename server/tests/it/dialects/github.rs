//! GitHub's interface, as its clients use it.

mod authorization;
mod hostile;
mod organization;
mod person;
mod support;
mod token;
