//! What the pages of one's own account share: who is here, the proof of their forms, and where a fresh sign-in is needed.

use std::sync::OnceLock;

use axum::body::Body;
use protocol::params::Params;
use store::Val;
use store::page::ListQuery;

use crate::actions::actor::Actor;
use crate::actions::administrators::Authority;
use crate::actions::authorization::Advance;
use crate::actions::factors::FRESH;
use crate::actions::permissions::Permissions;
use crate::pages::{AccountRoom, done_message};
use crate::web::browser::SignedIn;
use crate::web::visit::{Halt, Visit, shown_person};

/// More of anything than anybody looks through.
const MOST: u32 = 200;

/// Somebody in their own account.
pub(super) struct Room<'v> {
    pub(super) visit: &'v Visit<'v>,
    pub(super) here: SignedIn,
    /// The page, as it stands in the navigation.
    path: &'static str,
    /// The anti-forgery value of all forms.
    csrf: String,
}

impl<'v> Room<'v> {
    /// Lets in who is signed in; everybody else signs in first and comes back to `path`.
    pub(super) async fn enter(visit: &'v Visit<'v>, path: &'static str) -> Result<Self, Halt> {
        match visit.load_signed_in().await? {
            Some(here) => Ok(Self {
                csrf: visit.browser.csrf(visit.app, &purpose(&here)),
                visit,
                here,
                path,
            }),
            None => Err(elsewhere(format!("/login?next={path}"))),
        }
    }

    /// The same with a form of these pages, which must have been given to this browser in this session.
    pub(super) async fn take(visit: &'v Visit<'v>, path: &'static str, body: Body) -> Result<(Self, Params), Halt> {
        let form = visit.form(body).await?;
        let room = Self::enter(visit, path).await?;
        visit.check_form(&purpose(&room.here), form.get("csrf"))?;
        Ok((room, form))
    }

    /// Whether the person has just proved who they are.
    pub(super) fn is_fresh(&self) -> bool {
        self.visit.now.since(self.here.session.auth_time) < FRESH
    }

    /// Where a person proves anew who they are, and comes back.
    pub(super) fn confirm_address(&self) -> String {
        format!("/login?next={}&prompt=login", self.path)
    }

    /// Sends whoever signed in too long ago to do so again.
    pub(super) fn demand_fresh(&self) -> Result<(), Halt> {
        if self.is_fresh() {
            Ok(())
        } else {
            Err(elsewhere(self.confirm_address()))
        }
    }

    /// The person, for the audit log.
    pub(super) fn actor(&self) -> Actor {
        Actor {
            id: Some(self.here.user.id.clone()),
            client_address: Some(self.visit.origin().client_address.to_string()),
            ..Actor::default()
        }
    }

    /// What is asked for to list what belongs to the person.
    pub(super) fn own_list(&self) -> ListQuery<'_> {
        ListQuery {
            filters: vec![("user", Val::from(self.here.user.id.as_str()))],
            limit: Some(MOST),
            ..ListQuery::default()
        }
    }

    /// What the page shows around its own content. `done`: what has just been done, as the address says.
    pub(super) fn shown(&self, done: Option<&str>) -> AccountRoom<'_> {
        AccountRoom {
            person: shown_person(&self.here),
            here: self.path,
            done: done.and_then(done_message),
            problem: None,
            csrf: &self.csrf,
        }
    }
}

/// What the forms are bound to, beside the browser.
pub(super) fn purpose(here: &SignedIn) -> String {
    format!("account|{}", here.session.id)
}

/// The authority of a person over their own account, of which the pages offer only what is theirs to change.
pub(super) fn own(actor: &Actor) -> Authority<'_> {
    static ALL: OnceLock<Permissions> = OnceLock::new();
    Authority {
        actor,
        permissions: ALL.get_or_init(Permissions::all),
    }
}

/// Something else comes first.
pub(super) fn elsewhere(address: String) -> Halt {
    Halt::Elsewhere(Advance::Answer(address))
}
