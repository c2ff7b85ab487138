//! An application that acts for itself, as its service account (RFC 6749, section 4.4). Client authentication has been
//! checked when this is asked.

use super::Found;
use super::machine::Whom;
use crate::records::KIND_MACHINE;

pub(super) fn decide(found: &Found) -> Whom<'_> {
    Whom::new(found.subject.as_ref(), KIND_MACHINE, "client_secret")
}
