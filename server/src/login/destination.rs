//! Where a person goes on to after a sign-in: to an application that waits, or to a path of ours. The sign-in page and the
//! choice of an account begin with it.

use std::sync::Arc;

use protocol::client::Application;
use protocol::params::Params;
use protocol::upstream::Upstream;
use url::form_urlencoded;

use crate::actions::factors::half::Onward;
use crate::pages::Application as ShownApplication;
use crate::sources::Sources;
use crate::web::local_path::check_local_path;
use crate::web::visit::{Halt, Visit, Waiting};

/// Where a person goes on to.
pub(super) enum Destination {
    /// An application waits.
    Waiting(Box<Waiting>),
    /// A path of ours.
    Path(String),
}

impl Destination {
    /// The path of ours that `next` names, or the start page.
    pub(super) fn of_next(visit: &Visit<'_>, next: Option<&str>) -> Self {
        let path = next.and_then(|next| check_local_path(&visit.app.public_url, next));
        Self::Path(path.unwrap_or_else(|| "/".to_owned()))
    }

    /// The one that the fields of a form lead to. `next`: where it leads when no application waits.
    ///
    /// # Errors
    /// Refused when the transaction is not there, or not this browser's.
    pub(super) async fn load(visit: &Visit<'_>, form: &Params, next: Option<&str>) -> Result<Self, Halt> {
        Ok(if form.contains("transaction") {
            Self::Waiting(Box::new(visit.load_waiting(form.get("transaction")).await?))
        } else {
            Self::of_next(visit, next)
        })
    }

    /// The same for those who have still to prove who they are.
    pub(super) fn onward(&self) -> Onward {
        match self {
            Self::Waiting(waiting) => Onward::Transaction(waiting.request.id.clone()),
            Self::Path(path) => Onward::Path(path.clone()),
        }
    }

    /// What a form of the page `kind` is bound to, beside the browser.
    pub(super) fn purpose(&self, kind: &str) -> String {
        match self {
            Self::Waiting(waiting) => format!("{kind}|{}", waiting.request.id),
            Self::Path(path) => format!("{kind}||{path}"),
        }
    }

    /// The transaction that waits.
    pub(super) fn transaction(&self) -> Option<&str> {
        match self {
            Self::Waiting(waiting) => Some(&waiting.request.id),
            Self::Path(_) => None,
        }
    }

    /// The application that waits.
    pub(super) fn application(&self) -> Option<&Application> {
        match self {
            Self::Waiting(waiting) => Some(&waiting.entry.client.application),
            Self::Path(_) => None,
        }
    }

    /// The same, as pages show it.
    pub(super) fn shown_application(&self) -> Option<ShownApplication<'_>> {
        match self {
            Self::Waiting(waiting) => Some(waiting.application()),
            Self::Path(_) => None,
        }
    }

    /// The languages that the application wishes for.
    pub(super) fn wished(&self) -> &[String] {
        match self {
            Self::Waiting(waiting) => &waiting.request.state.request.ui_locales,
            Self::Path(_) => &[],
        }
    }

    /// The address of one of our pages for this destination; its form goes there too. `more`: further parameters.
    pub(super) fn address(&self, page: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match self {
            Self::Waiting(waiting) => query.append_pair("transaction", &waiting.request.id),
            Self::Path(path) if path == "/" => &mut query,
            Self::Path(path) => query.append_pair("next", path),
        };
        let query = query.extend_pairs(more).finish();
        if query.is_empty() {
            page.to_owned()
        } else {
            format!("{page}?{query}")
        }
    }

    /// The sources that one may come from instead, each with the address that leads there.
    pub(super) fn offered(&self, sources: &Sources) -> Vec<(Arc<Upstream>, String)> {
        sources
            .offered(self.application())
            .map(|upstream| (Arc::clone(upstream), self.start_of(upstream, None)))
            .collect()
    }

    /// The address that leads to a source. `hint`: who the person says they are.
    pub(super) fn start_of(&self, upstream: &Upstream, hint: Option<&str>) -> String {
        let page = format!("/source/oauth/login/{}/", upstream.source.key);
        let hint = hint.map(|hint| ("login_hint", hint));
        self.address(&page, hint.as_slice())
    }
}
