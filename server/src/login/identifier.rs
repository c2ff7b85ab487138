//! Name first: where a source that the page offers has mail domains, the page asks for the name alone, and an address of such a
//! domain goes on to its source. Every other name goes on to the password, whether anybody has it or not: nothing is looked up.

use std::sync::Arc;

use protocol::client::Application;
use protocol::upstream::{Upstream, domain_of};

use crate::pages::SignInStep;
use crate::sources::Sources;

/// The value of the field `step` on a page that asks for the password.
pub(super) const PASSWORD_STEP: &str = "password";

/// Whether the page asks for the name first.
pub(super) fn asks_name_first(sources: &Sources, application: Option<&Application>) -> bool {
    sources
        .offered(application)
        .any(|upstream| !upstream.source.domains.is_empty())
}

/// The source that the domain of a typed address belongs to, among those that the page offers.
pub(super) fn source_of<'a>(
    sources: &'a Sources,
    application: Option<&'a Application>,
    name: &str,
) -> Option<&'a Arc<Upstream>> {
    let domain = domain_of(name)?;
    sources
        .offered(application)
        .find(|upstream| upstream.source.domains.contains(&domain))
}

/// What the page asks. `said`: a name that was typed, or that is known and goes on to no source.
pub(super) fn step_of(name_first: bool, said: Option<&str>) -> SignInStep {
    match said.map(str::trim) {
        _ if !name_first => SignInStep::Both,
        Some(name) if !name.is_empty() => SignInStep::Password,
        _ => SignInStep::Name,
    }
}
