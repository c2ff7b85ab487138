//! placeholder

pub mod duration;
pub mod jose;
pub mod pkce;
