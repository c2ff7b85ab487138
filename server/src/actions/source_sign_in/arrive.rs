//! Whoever came back from a source gets in, gets an account, is asked for more, or is turned away: the one decision of
//! `protocol::upstream::decide_linking`, with what it needs read before and what follows from it written after, at once.

use std::sync::Arc;

use protocol::decision::decide_access;
use protocol::records::Session;
use protocol::refusal::Refusal;
use protocol::transaction::{Party, Step, StepKind, StepOutcome};
use protocol::upstream::{
    AccountWrite, Entered, Holder, LinkPurpose, Linked, LinkingDecision, LinkingOutcome, LinkingRow, LinkingSituation,
    NewUser, Person, Upstream, UserMatchingMode, decide_linking, linkable_email_key, make_username, profile_changes,
};
use protocol::user::{User, UserType, is_same_email};
use protocol::writes::Write;
use serde_json::json;
use store::external_accounts::LinkedAccount;
use store::users::UserWithPassword;
use store::users::emails::UserEmail;
use store::{Stmt, StoreError};

use super::NotIn;
use super::arrival::Arrival;
use super::link::link;
use crate::actions::browser_session::{NewSession, Origin, event, new_session};
use crate::actions::machine::new_uuid;
use crate::actions::mail::notices;
use crate::app::App;
use crate::recorder;

/// How often a decision is made again when what it relied on has changed meanwhile.
const ATTEMPTS: usize = 4;

/// Who is here in this browser, and what they are here for.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// The session that is live in this browser.
    pub session: Option<&'a Session>,
    /// Its user, when they want to link the account there to their own.
    pub links_to: Option<&'a User>,
    /// From where.
    pub origin: Origin<'a>,
    /// The transaction that the decision belongs to.
    pub transaction: &'a str,
    /// The language of the page, for the mail about a browser that is new to the account.
    pub language: &'a str,
}

/// What came of an arrival.
#[derive(Debug)]
pub enum Arrived {
    /// The person is signed in.
    SignedIn {
        /// Who.
        user: Box<User>,
        /// Their new session.
        new: Box<NewSession>,
    },
    /// The account there is linked to the person who is signed in.
    Linked,
    /// The person has to say something first.
    Unfinished {
        /// What is missing: `username`, `name`, `email`.
        missing: Vec<&'static str>,
    },
}

/// Decides about an arrival and writes what follows. `entered`: what the person said on the page that asks for more.
///
/// # Errors
/// See [`NotIn`].
pub async fn arrive(
    app: &App,
    upstream: &Arc<Upstream>,
    arrival: &Arrival,
    entered: Option<&Entered>,
    here: Here<'_>,
    also: &[Stmt],
) -> Result<Arrived, NotIn> {
    for _ in 0..ATTEMPTS {
        let found = Found::load(app, upstream, arrival, entered).await?;
        let decision = found.decide(upstream, arrival, entered, here);
        // Their account may have been made between two reads, and then its own name is in the way.
        let stops = matches!(decision.outcome, LinkingOutcome::Finish(_) | LinkingOutcome::Refuse(_));
        if stops && found.linked.is_none() && load_linked(app, upstream, arrival).await?.is_some() {
            continue;
        }
        tracing::info!(
            transaction = here.transaction,
            source = upstream.source.key,
            row = decision.row.name(),
            "linking decided"
        );
        if let Some(user) = found.concerned(upstream, &decision) {
            recorder::of_user(&user.id);
        }
        recorder::note(|| {
            let step = Step::new(StepKind::Decision, Party::Vestibule, Party::Vestibule, "linking");
            let refuses = matches!(decision.outcome, LinkingOutcome::Refuse(_));
            let outcome = if refuses {
                StepOutcome::Refused
            } else {
                StepOutcome::Passed
            };
            let row = decision.row;
            step.ended(outcome).given(row.name()).detail(row.sentence())
        });
        if let Some(said) = &arrival.said {
            let user = match &decision.outcome {
                LinkingOutcome::SignIn { user_id, .. } | LinkingOutcome::Link { user_id, .. } => {
                    Some(found.user(app, user_id).await?)
                }
                _ => None,
            };
            super::policies::check_return(app, upstream, said, user.as_ref(), here).await?;
        }
        match act(app, upstream, arrival, &found, decision, here, also).await {
            Err(NotIn::Store(StoreError::Conflict | StoreError::Taken { .. })) => {}
            other => return other,
        }
    }
    Err(NotIn::Store(StoreError::Conflict))
}

/// Decides about an arrival, and writes nothing: for whoever rehearses.
///
/// # Errors
/// When the database is unavailable.
pub async fn rehearse(
    app: &App,
    upstream: &Upstream,
    arrival: &Arrival,
    here: Here<'_>,
) -> Result<LinkingDecision, StoreError> {
    let found = Found::load(app, upstream, arrival, None).await?;
    Ok(found.decide(upstream, arrival, None, here))
}

async fn load_linked(app: &App, upstream: &Upstream, arrival: &Arrival) -> Result<Option<LinkedAccount>, StoreError> {
    let id = &arrival.profile.provider_user_id;
    app.store.load_linked_account(&upstream.source.id, id).await
}

/// What the decision is made from.
pub(super) struct Found {
    pub(super) linked: Option<LinkedAccount>,
    /// Who has the address, and whether it is known to be theirs.
    by_email: Vec<(User, bool)>,
    by_username: Option<User>,
    username_taken: bool,
}

impl Found {
    async fn load(
        app: &App,
        upstream: &Upstream,
        arrival: &Arrival,
        entered: Option<&Entered>,
    ) -> Result<Self, StoreError> {
        let profile = &arrival.profile;
        let store = &app.store;
        let linked = load_linked(app, upstream, arrival).await?;
        // Whose address it is matters also to somebody who is known: they must not take over that of another.
        let is_own = |key: &str| {
            let owner = linked.as_ref().map(|linked| &linked.user);
            owner.is_some_and(|owner| {
                owner.email_verified && owner.email.as_deref().and_then(linkable_email_key).as_deref() == Some(key)
            })
        };
        let by_email = match profile.email_address.as_deref().and_then(linkable_email_key) {
            Some(key) if !is_own(&key) => store.load_users_of_address(&key).await?,
            _ => Vec::new(),
        };
        let by_username = match &profile.username {
            Some(username) if linked.is_none() => store.load_user_by_username(username).await?,
            _ => None,
        };
        let wanted = entered.and_then(|entered| entered.username.as_deref());
        let username_taken = match wanted {
            Some(username) => store.load_user_by_username(username).await?.is_some(),
            None => by_username.is_some(),
        };
        Ok(Self {
            linked,
            by_email,
            by_username: by_username.map(|found| found.user),
            username_taken,
        })
    }

    fn decide(
        &self,
        upstream: &Upstream,
        arrival: &Arrival,
        entered: Option<&Entered>,
        here: Here<'_>,
    ) -> LinkingDecision {
        let by_email: Vec<Holder<'_>> = self
            .by_email
            .iter()
            .map(|(user, verified)| Holder {
                person: person(user),
                verified: *verified,
            })
            .collect();
        decide_linking(&LinkingSituation {
            source: &upstream.source,
            profile: &arrival.profile,
            purpose: match here.links_to {
                None => LinkPurpose::SignIn,
                Some(user) => LinkPurpose::Link {
                    user: person(user),
                    fresh: true,
                },
            },
            linked: self.linked.as_ref().map(|linked| Linked {
                account_id: &linked.account.id,
                owner: person(&linked.user),
            }),
            by_email: &by_email,
            by_username: self.by_username.as_ref().map(person),
            entered,
            username_taken: self.username_taken,
            email_required: false,
        })
    }

    /// Whom the record is about: whoever came before, or whose account would have been taken and is switched off.
    fn concerned(&self, upstream: &Upstream, decision: &LinkingDecision) -> Option<&User> {
        if let Some(linked) = &self.linked {
            return Some(&linked.user);
        }
        if decision.row != LinkingRow::MatchUserDisabled {
            return None;
        }
        match upstream.source.user_matching_mode {
            UserMatchingMode::UsernameLink => self.by_username.as_ref(),
            _ => self
                .by_email
                .iter()
                .find(|(_, verified)| *verified)
                .map(|(user, _)| user),
        }
    }

    /// The user of a decision, among those that it was made from.
    async fn user(&self, app: &App, id: &str) -> Result<User, NotIn> {
        let linked = self.linked.iter().map(|linked| &linked.user);
        let by_email = self.by_email.iter().map(|(user, _)| user);
        let known = linked.chain(by_email).chain(&self.by_username);
        if let Some(user) = known.into_iter().find(|user| user.id == id) {
            return Ok(user.clone());
        }
        let found: Option<UserWithPassword> = app.store.load_user(id).await?;
        found
            .map(|found| found.user)
            .ok_or_else(|| NotIn::from(Refusal::SubjectDisabled))
    }
}

fn person(user: &User) -> Person<'_> {
    Person {
        id: &user.id,
        username: &user.username,
        is_active: user.is_active && user.kind == UserType::Person,
    }
}

async fn act(
    app: &App,
    upstream: &Arc<Upstream>,
    arrival: &Arrival,
    found: &Found,
    decision: LinkingDecision,
    here: Here<'_>,
    also: &[Stmt],
) -> Result<Arrived, NotIn> {
    match decision.outcome {
        LinkingOutcome::Refuse(error) => Err(NotIn::Refused(Box::new(error.into()))),
        LinkingOutcome::Finish(finish) => Ok(Arrived::Unfinished {
            missing: finish.missing,
        }),
        LinkingOutcome::SignIn { user_id, account } => {
            let user = found.user(app, &user_id).await?;
            let (account_id, link) = link(app, upstream, arrival, found, &user, &account, here)?;
            let (user, mut statements) = update(app, upstream, arrival, found, user, here).await?;
            statements.extend(link);
            enter(app, upstream, user, account_id, statements, here, also).await
        }
        LinkingOutcome::SignUp(new) => {
            let user = new_user(app, upstream, arrival, new, here);
            let mut statements = app.store.create_user(&user, None)?;
            statements.push(store::events::insert(event(
                app,
                here.origin,
                "user_created",
                Some(&user.id),
                Some(&user.id),
                &[("by", "source"), ("source", &upstream.source.key)],
            )));
            let (account_id, linked) = link(app, upstream, arrival, found, &user, &AccountWrite::New, here)?;
            statements.extend(linked);
            let groups = &arrival.profile.groups;
            let brought = super::groups::bring(app, upstream, groups, &user, &[], here.origin).await?;
            statements.extend(brought.statements);
            enter(app, upstream, user, account_id, statements, here, also).await
        }
        LinkingOutcome::Link { user_id, account } => {
            let user = found.user(app, &user_id).await?;
            let (_, mut statements) = link(app, upstream, arrival, found, &user, &account, here)?;
            statements.extend(also.iter().cloned());
            app.commit_changes(statements, Vec::new()).await?;
            Ok(Arrived::Linked)
        }
    }
}

/// The statements that take over what the source says about a person who is known, groups as well. Two sign-ins at once may want
/// to make the same new group; its unique name lets one of them decide again.
async fn update(
    app: &App,
    upstream: &Upstream,
    arrival: &Arrival,
    found: &Found,
    user: User,
    here: Here<'_>,
) -> Result<(User, Vec<Stmt>), NotIn> {
    let of_another = found.by_email.iter().any(|(other, _)| other.id != user.id);
    let mut changes = profile_changes(&upstream.source, false, &arrival.profile, &user, of_another);
    // An account that has another address keeps it, and gets this one beside it (authn.sh sheet, A-15.9).
    let attached = match &changes.email {
        Some((address, true)) if user.email.as_deref().is_some_and(|own| !is_same_email(own, address)) => {
            let email = UserEmail {
                address: address.clone(),
                verified: true,
            };
            let known = app.store.load_user_emails(&user.id).await?;
            let is_known = known
                .iter()
                .any(|known| known.verified && is_same_email(&known.address, address));
            changes.email = None;
            (!is_known).then_some(email)
        }
        _ => None,
    };
    let mut fields = changes.names();
    let mut changed = user.clone();
    changes.apply(&mut changed);
    if changed == user {
        fields.clear();
    }
    if attached.is_some() {
        fields.push("emails");
    }
    let member_of = app.store.load_groups_of_user(&user.id).await?;
    let groups = &arrival.profile.groups;
    let brought = super::groups::bring(app, upstream, groups, &user, &member_of, here.origin).await?;
    if brought.changed {
        fields.push("groups");
    }
    if fields.is_empty() {
        return Ok((user, brought.statements));
    }
    changed.updated_at = here.origin.now;
    changed.version = user.version + 1;
    let mut entry = event(app, here.origin, "user_updated", Some(&user.id), Some(&user.id), &[]);
    entry.detail = json!({ "by": "source", "source": upstream.source.key, "fields": fields });
    let mut statements = vec![app.store.update_user(&changed, user.version)?];
    statements.extend(attached.map(|email| app.store.attach_user_email(&user.id, &email)));
    statements.extend(brought.statements);
    statements.push(store::events::insert(entry));
    if brought.keeps_one {
        statements = app.store.keep_an_administrator(statements);
    }
    Ok((changed, statements))
}

/// Makes the session, which remembers the external account that the person came through, and writes everything.
async fn enter(
    app: &App,
    upstream: &Upstream,
    user: User,
    account_id: String,
    mut statements: Vec<Stmt>,
    here: Here<'_>,
    also: &[Stmt],
) -> Result<Arrived, NotIn> {
    // The linking decision looked at the account for a clear refusal; this one is the gate.
    if decide_access(None, Some(&user), here.origin.now).is_err() {
        return Err(Refusal::SubjectDisabled.into());
    }
    statements.extend(notices::new_browser(app, &user, here.origin, here.language).await?);
    let mut new = new_session(app, &user, &[], here.origin);
    new.session.external_account = Some(account_id);
    let detail = [
        ("session", new.session.id.as_str()),
        ("source", upstream.source.key.as_str()),
    ];
    let entry = event(
        app,
        here.origin,
        "source_login",
        Some(&user.id),
        Some(&user.id),
        &detail,
    );
    statements.extend(app.store.statements_of(vec![
        Write::CreateSession(Box::new(new.session.clone())),
        Write::CreateEvent(Box::new(entry)),
    ])?);
    if let Some(old) = here.session {
        // The same person has proved anew who they are: that signs them out nowhere.
        if old.user_id == user.id {
            statements.push(app.store.carry_parties(&old.id, &new.session.id));
        }
        statements.extend(app.store.end_session(&old.id, here.origin.now));
    }
    statements.extend(also.iter().cloned());
    app.commit_changes(statements, Vec::new()).await?;
    Ok(Arrived::SignedIn {
        user: Box::new(user),
        new: Box::new(new),
    })
}

fn new_user(app: &App, upstream: &Upstream, arrival: &Arrival, new: NewUser, here: Here<'_>) -> User {
    let now = here.origin.now;
    let username = new
        .username
        .unwrap_or_else(|| make_username(&upstream.source, &app.entropy));
    let mut user = User {
        id: app.new_id("user", now),
        uuid: new_uuid(app),
        created_at: now,
        updated_at: now,
        version: 1,
        name: if new.name.is_empty() {
            username.clone()
        } else {
            new.name
        },
        username,
        is_active: true,
        ..User::default()
    };
    if let Some((email, verified)) = new.email {
        user.email = Some(email);
        user.email_verified = verified;
    }
    let name = user.name.clone();
    let email = (user.email.clone(), user.email_verified);
    profile_changes(&upstream.source, true, &arrival.profile, &user, false).apply(&mut user);
    // What the decision said of name and address stands, whatever else the profile has.
    user.name = name;
    (user.email, user.email_verified) = email;
    user
}
