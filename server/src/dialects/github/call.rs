//! A call of the REST interface: whose token it carries, what that opens, and which page of a list is asked for.
//!
//! Every handler takes a [`Call`], and there is no other way to one than through a token that counts now.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::Response;
use http::request::Parts;
use http::{StatusCode, header};
use protocol::github::paging::Paging;
use protocol::github::parse_authorization;
use protocol::id::hash_secret;
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::user::User;
use serde_json::Value;

use super::failure::{ACCEPTED_SCOPES, Failure, SCOPES, fault, github_json};
use super::objects::Organization;
use crate::actions::bearer::{self, Presented};
use crate::app::AppState;
use crate::clients::By;
use crate::observe::RequestFacts;
use crate::web::extract::{header_text, read_query};
use crate::web::reply;

/// The title of the installation, and of its organization.
const TITLE: &str = "Vestibule";

/// A call with a token that counts.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) app: AppState,
    /// Whose token it is.
    pub(super) user: User,
    pub(super) organization: Organization,
    pub(super) paging: Paging,
    /// The special scopes of the token, as `X-OAuth-Scopes` has them.
    scopes: Vec<String>,
    /// The address of this call without its query.
    address: String,
}

impl FromRequestParts<AppState> for Call {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        let query = read_query(parts.uri.query())?;
        // GitHub stopped to take tokens in addresses, where logs keep them, and so do we.
        if query.contains("access_token") {
            return Err(Refusal::BearerInQuery.into());
        }
        let token = parse_authorization(header_text(&parts.headers, header::AUTHORIZATION))?;
        let facts = parts.extensions.get::<RequestFacts>().copied();
        let now = facts.map_or_else(|| app.now(), |facts| Time(facts.now_micros));
        let found = app
            .store
            .load_access_token(&hash_secret(token), now)
            .await
            .map_err(fault)?;
        let found = found.ok_or(Refusal::BearerUnknown)?;
        let entry = app.client(By::Id(&found.grant.application_id)).await.map_err(fault)?;
        let presented = Presented {
            now,
            transaction: &found.grant.id,
            client_address: facts.map(|facts| facts.client_address),
        };
        bearer::decide(app, &found, entry.as_ref().map(|entry| &entry.client), presented).await?;
        // A scope of the same name from another way in is a mapping of the application's and opens nothing here.
        let dialect = found.grant.facts.dialect;
        let scopes = found
            .token
            .scopes
            .into_iter()
            .filter(|scope| dialect.knows(scope))
            .collect();
        let path = parts
            .extensions
            .get::<OriginalUri>()
            .map_or_else(|| parts.uri.path(), |uri| uri.0.path());
        Ok(Self {
            app: AppState::clone(app),
            user: found.subject.ok_or(Refusal::BearerUnknown)?.user,
            organization: Organization::new(TITLE),
            paging: Paging::parse(&query),
            scopes,
            address: format!("{}{}", app.public_url, path.trim_start_matches('/')),
        })
    }
}

impl Call {
    /// Asks for a scope.
    pub(super) fn needs(&self, scope: &'static str) -> Result<(), Failure> {
        if self.scopes.iter().any(|held| held == scope) {
            Ok(())
        } else {
            Err(Failure::scope(self.scopes.join(", "), scope))
        }
    }

    /// Whether `org` in the address is the organization.
    pub(super) fn check_organization(&self, org: &str) -> Result<(), Failure> {
        if self.organization.is(org) {
            Ok(())
        } else {
            Err(Failure::not_found())
        }
    }

    /// The person of a user name, when the caller may see it: the caller, or an active person with a direct group in
    /// common.
    pub(super) async fn find(&self, username: &str) -> Result<User, Failure> {
        let store = &self.app.store;
        let found = store.load_user_by_username(username).await.map_err(fault)?;
        let user = found.map(|found| found.user).ok_or_else(Failure::not_found)?;
        let sees = user.id == self.user.id
            || (user.is_active
                && store
                    .load_have_group_in_common(&self.user.id, &user.id)
                    .await
                    .map_err(fault)?);
        if sees { Ok(user) } else { Err(Failure::not_found()) }
    }

    /// The answer; `accepted`: the scope that opens this path, or nothing.
    pub(super) fn answer(&self, accepted: &str, body: &Value) -> Response {
        self.headed(accepted, github_json(StatusCode::OK, body))
    }

    /// Yes, without words.
    pub(super) fn yes(&self, accepted: &str) -> Response {
        self.headed(accepted, reply::empty(StatusCode::NO_CONTENT))
    }

    /// A page cut from a whole list.
    pub(super) fn page_of(&self, accepted: &str, all: &[Value]) -> Response {
        let page = self.paging.cut(all);
        let more = self.paging.offset() + self.paging.per_page < i64::try_from(all.len()).unwrap_or(i64::MAX);
        let link = self.paging.link(&self.address, more, Some(all.len()));
        self.linked(self.answer(accepted, &Value::from(page.to_vec())), link)
    }

    /// A page that was read with one entry more than fits, when there is one.
    pub(super) fn page_with(&self, accepted: &str, mut read: Vec<Value>) -> Response {
        let fits = usize::try_from(self.paging.per_page).unwrap_or(usize::MAX);
        let more = read.len() > fits;
        read.truncate(fits);
        let link = self.paging.link(&self.address, more, None);
        self.linked(self.answer(accepted, &Value::from(read)), link)
    }

    fn linked(&self, mut response: Response, link: Option<String>) -> Response {
        if let Some(link) = link {
            reply::add_header(&mut response, header::LINK, &link);
        }
        response
    }

    fn headed(&self, accepted: &str, mut response: Response) -> Response {
        reply::add_header(&mut response, SCOPES, &self.scopes.join(", "));
        reply::add_header(&mut response, ACCEPTED_SCOPES, accepted);
        response
    }
}
