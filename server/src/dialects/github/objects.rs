//! People, teams and the organization in GitHub's shape (GitHub REST documentation; authentik sheet, items 1.5.5 and
//! 1.5.6). What there is no such thing of here is empty, zero or null. Ids are our numbers, which stay below 2^53.

use protocol::github::slug::{of_team, slugify};
use protocol::time::Time;
use protocol::user::{Group, User, is_same_email};
use serde_json::{Value, json};
use store::users::emails::UserEmail;

use crate::actions::times::rfc3339;

/// A moment as GitHub writes it: in whole seconds.
fn moment(at: Time) -> String {
    rfc3339(Time::from_seconds(at.seconds()))
}

/// A person as others see them ("simple user").
pub(super) fn simple_user(user: &User) -> Value {
    json!({
        "login": user.username, "id": user.number, "node_id": "", "avatar_url": "", "gravatar_id": "", "url": "",
        "html_url": "", "followers_url": "", "following_url": "", "gists_url": "", "starred_url": "",
        "subscriptions_url": "", "organizations_url": "", "repos_url": "", "events_url": "",
        "received_events_url": "", "type": "User", "site_admin": false,
    })
}

/// A person's profile as others see it ("public user"): without the e-mail address.
pub(super) fn public_user(user: &User) -> Value {
    let joined = moment(user.created_at);
    with(
        simple_user(user),
        json!({
            "name": user.name, "company": "", "blog": "", "location": "", "email": null, "hireable": false, "bio": "",
            "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0, "created_at": joined,
            "updated_at": joined,
        }),
    )
}

/// The person's own profile ("private user").
pub(super) fn own_user(user: &User) -> Value {
    with(
        public_user(user),
        json!({
            "email": user.email.as_deref().filter(|email| !email.is_empty()), "private_gists": 0,
            "total_private_repos": 0, "owned_private_repos": 0, "disk_usage": 0, "collaborators": 0,
            "two_factor_authentication": true,
            "plan": {"name": "None", "space": 0, "collaborators": 0, "private_repos": 0},
        }),
    )
}

/// The person's e-mail addresses, the primary one first. `others`: those beside it.
pub(super) fn emails(user: &User, others: &[UserEmail]) -> Vec<Value> {
    let primary = user.email.as_deref().filter(|email| !email.is_empty());
    let is_primary = |address: &str| primary.is_some_and(|primary| is_same_email(primary, address));
    let others = others.iter().filter(|other| !is_primary(&other.address));
    let others = others.map(|other| (other.address.as_str(), false, other.verified));
    primary
        .map(|address| (address, true, user.email_verified))
        .into_iter()
        .chain(others)
        .map(|(email, primary, verified)| {
            // Only the primary one is shown to others there, or not.
            let visibility = primary.then_some("private");
            json!({"email": email, "primary": primary, "verified": verified, "visibility": visibility})
        })
        .collect()
}

/// The one organization: this installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Organization {
    name: String,
    login: String,
}

/// Its id.
const ORGANIZATION: i64 = 1;

impl Organization {
    /// The organization of this title.
    pub(super) fn new(title: &str) -> Self {
        let slug = slugify(title);
        Self {
            login: if slug.is_empty() {
                "organization".to_owned()
            } else {
                slug
            },
            name: title.to_owned(),
        }
    }

    /// Whether a login in an address means it; letter case does not matter.
    pub(super) fn is(&self, reference: &str) -> bool {
        self.login.eq_ignore_ascii_case(reference)
    }

    /// As it stands in lists, memberships and teams.
    pub(super) fn object(&self) -> Value {
        json!({
            "login": self.login, "id": ORGANIZATION, "node_id": "", "url": "", "repos_url": "", "events_url": "",
            "hooks_url": "", "issues_url": "", "members_url": "", "public_members_url": "", "avatar_url": "",
            "description": "", "name": self.name, "company": "", "blog": "", "location": "", "email": "",
            "is_verified": true, "has_organization_projects": true, "has_repository_projects": true,
            "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0, "html_url": "", "created_at": null,
            "updated_at": null, "type": "Organization",
        })
    }

    /// A group as a team of it.
    pub(super) fn team(&self, group: &Group) -> Value {
        json!({
            "id": group.number, "node_id": "", "url": "", "html_url": "", "name": group.name,
            "slug": of_team(&group.name, group.number), "description": "", "privacy": "", "permission": "",
            "members_url": "", "repositories_url": "", "parent": null, "members_count": 0, "repos_count": 0,
            "created_at": moment(group.created_at), "updated_at": moment(group.updated_at),
            "organization": self.object(),
        })
    }

    /// The membership of a person; administrators of the installation administrate it.
    pub(super) fn membership(&self, user: &User, is_admin: bool) -> Value {
        json!({
            "url": "", "state": "active", "role": if is_admin { "admin" } else { "member" }, "organization_url": "",
            "organization": self.object(), "user": simple_user(user), "permissions": null,
        })
    }
}

/// The membership of a person in a team.
pub(super) fn team_membership() -> Value {
    json!({"url": "", "role": "member", "state": "active"})
}

fn with(mut object: Value, more: Value) -> Value {
    if let (Value::Object(members), Value::Object(more)) = (&mut object, more) {
        members.extend(more);
    }
    object
}
