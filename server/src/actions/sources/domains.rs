//! The mail domains of a source: each is one, and belongs to no other source.

use protocol::upstream::{Source, parse_domain};
use store::StoreError;

use crate::actions::outcome::FieldError;
use crate::app::App;

const FIELD: &str = "domains";
/// The most domains of one source.
const MOST: usize = 100;

/// Writes each domain in its one spelling, once. What is none stays, for [`check`] to name.
pub(super) fn normalize(source: &mut Source) {
    let mut seen = Vec::with_capacity(source.domains.len());
    for written in std::mem::take(&mut source.domains) {
        let domain = parse_domain(&written).unwrap_or(written);
        if !seen.contains(&domain) {
            seen.push(domain);
        }
    }
    source.domains = seen;
}

/// What is wrong with the domains. Two sources that are saved at the same moment could still both get one; the sign-in page then
/// takes the first that it offers.
pub(super) async fn check(app: &App, source: &Source) -> Result<Vec<FieldError>, StoreError> {
    if source.domains.is_empty() {
        return Ok(Vec::new());
    }
    if source.domains.len() > MOST {
        return Ok(vec![FieldError::new(FIELD, "too_long", "Give at most 100 domains.")]);
    }
    let mut errors = Vec::new();
    for domain in &source.domains {
        if parse_domain(domain).as_ref() != Some(domain) {
            let shown: String = domain.chars().take(64).collect();
            let message = format!(
                "`{shown}` is no mail domain; write what stands behind the @, for instance `corp.example.com`."
            );
            errors.push(FieldError::invalid(FIELD, message));
        }
    }
    let others = app.store.load_sources().await?;
    for other in others
        .iter()
        .map(|stored| &stored.source)
        .filter(|other| other.id != source.id)
    {
        for domain in source.domains.iter().filter(|domain| other.domains.contains(domain)) {
            let message = format!(
                "`{domain}` belongs to the source `{}` already; take it away there first.",
                other.key
            );
            errors.push(FieldError::new(FIELD, "taken", message));
        }
    }
    Ok(errors)
}
