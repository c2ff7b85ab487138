//! A form or a person comes without what we had bound them to: whether their browser kept our cookie, has one of another
//! session, or was never at our address. Each has a refusal of its own, so that the page can say what to do.

use http::{HeaderName, header};
use protocol::error::OAuthError;
use protocol::refusal::Refusal;
use url::{Origin, Position, Url};

use super::browser::Proof;
use super::extract::header_text;
use super::visit::Visit;

/// Whether a request comes from a page of the same origin, in the browser's words (Fetch Metadata Request Headers). Sent only
/// by pages with https and on this machine.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Visit<'_> {
    /// Checks that a form for `purpose` was given to this browser.
    ///
    /// # Errors
    /// Why it is not taken.
    pub(crate) fn check_form(&self, purpose: &str, proof: Option<&str>) -> Result<(), OAuthError> {
        match self.browser.examine(self.app, purpose, proof) {
            Proof::Own => Ok(()),
            Proof::NoCookie if self.is_sent_by_another_site() => Err(Refusal::CsrfInvalid.into()),
            Proof::NoCookie => Err(self.without_cookie(None)),
            Proof::OfAnotherBrowser => Err(Refusal::BrowserForeign.into()),
            Proof::Wrong => Err(Refusal::CsrfInvalid.into()),
        }
    }

    /// The refusal of somebody who came without the cookie that we had given to their browser. `begun_at`: the other address at
    /// which they began, see [`Visit::other_address`].
    pub(crate) fn without_cookie(&self, begun_at: Option<&str>) -> OAuthError {
        let here = self.other_address();
        // Where both carry the same other name a proxy in between writes it, and the browser never saw it.
        let begun_at = begun_at.filter(|at| here.as_deref() != Some(*at));
        match begun_at.map(str::to_owned).or(here) {
            Some(address) => OAuthError::new(Refusal::AddressMismatch)
                .given(address)
                .expected(origin_of(&self.app.public_url).map_or_else(String::new, |ours| ours.ascii_serialization())),
            None => Refusal::CookieMissing.into(),
        }
    }

    /// The address under which the browser came, when it is not that of `public_url`. Cookies that it got there are not sent to
    /// ours. Nothing but words on a page depends on it.
    pub(crate) fn other_address(&self) -> Option<String> {
        let ours = origin_of(&self.app.public_url)?;
        if let Some(page) = header_text(self.headers, header::ORIGIN).and_then(origin_of) {
            return (page != ours && self.is_of_this_host(&page)).then(|| page.ascii_serialization());
        }
        let host = header_text(self.headers, header::HOST)?;
        let scheme = if self.app.secure { "https" } else { "http" };
        let asked = origin_of(&format!("{scheme}://{host}"))?;
        (asked != ours).then(|| host.to_owned())
    }

    /// Whether the page that sent a form is neither ours nor ours under another name.
    fn is_sent_by_another_site(&self) -> bool {
        let Some(origin) = header_text(self.headers, header::ORIGIN) else {
            return false;
        };
        // A page without an origin (`null`) is not one of ours either.
        origin_of(origin).is_none_or(|page| {
            origin_of(&self.app.public_url).is_none_or(|ours| page != ours) && !self.is_of_this_host(&page)
        })
    }

    /// Whether a page of this origin was served by the host that is asked now.
    fn is_of_this_host(&self, page: &Origin) -> bool {
        let Ok(page) = Url::parse(&page.ascii_serialization()) else {
            return false;
        };
        header_text(self.headers, SEC_FETCH_SITE) == Some("same-origin")
            || header_text(self.headers, header::HOST) == Some(&page[Position::BeforeHost..Position::AfterPort])
    }
}

/// The origin of a web address.
fn origin_of(address: &str) -> Option<Origin> {
    let url = Url::parse(address).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin())
}
