//! The dashboard over the whole server: who comes in, and every page through its forms.

mod forms;
mod frame;
mod lists;
mod overview;
mod records;
mod rehearsal;
mod wizard;

use crate::harness::{Client, Harness};

/// The browser of an administrator who is signed in.
async fn administrator(harness: &Harness) -> Client {
    harness.user_with("root", |user| user.is_admin = true).await;
    harness.signed_in("root").await
}
