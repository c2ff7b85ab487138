//! Whose account is it? One function decides for sign-in, connecting, replay and simulation.
//!
//! The first row of this table that fits is taken:
//!
//! | row | when | what |
//! |---|---|---|
//! | `source_disabled` | the source is switched off | refused |
//! | `link_needs_login` | connecting, and the sign-in is not fresh | refused |
//! | `link_user_disabled` | connecting, and the account is switched off | refused |
//! | `link_without_identifier` | connecting, and the source says no identifier | refused |
//! | `link_of_another` | connecting, and the identity belongs to another account | refused, nothing moves |
//! | `link_again` | connecting, and the identity is connected with this account already | brought up to date |
//! | `link_new` | connecting, and the identity is unknown | connected |
//! | `known_sign_in_off` | the identity is connected, and `allow_sign_in` is off | refused |
//! | `known_user_disabled` | the identity is connected with an account that is switched off | refused |
//! | `known` | the identity is connected | signed in, in every matching mode |
//! | `match_property_missing` | a mode that links or denies by something that the source did not send | refused |
//! | `email_ambiguous` | several accounts have the address, verified on both sides, and the mode links by it | refused |
//! | `match_sign_in_off` | an account matches, and `allow_sign_in` is off | refused |
//! | `match_user_disabled` | an account matches, and it is switched off | refused |
//! | `email_linked` | `verified_email_link`, `email_link`: one account has the address, verified on both sides | connected, signed in |
//! | `email_unverified` | `email_link`: an account has the address, and it is not verified on both sides | refused |
//! | `email_denied` | `email_deny`: an account has the address | refused |
//! | `username_linked` | `username_link`: an account has exactly this user name | connected, signed in |
//! | `username_denied` | `username_deny`: an account has the user name, in any letter case | refused |
//! | `sign_up_off` | `allow_sign_up` is off | refused |
//! | `sign_up_never` | `update_profile` is `never_on_login` | refused |
//! | `subaddress_blocked` | `block_email_subaddresses`, and the address has a part after `+` | refused |
//! | `email_missing` | an address is needed, there is none, and nobody can be asked | refused |
//! | `finish` | something is missing or taken that the person can say | asked |
//! | `sign_up_unverified` | an unverified address, which the mode keeps away from the account | a new account without it |
//! | `sign_up` | everything else | a new account |
//!
//! An empty identifier is never known, so it takes a row below `known` each time. An address that the source did not verify, or
//! that is not verified here, connects nothing: whoever can write any address at a source would come into any account by it.

mod rows;

use super::email::{Email, parse_email};
use super::profile::Profile;
use super::source::{Made, Source, SourceKind, UpdateProfile, UserMatchingMode};
use crate::env::Entropy;
use crate::error::OAuthError;
use crate::id::new_alphanumeric;
use crate::profile::{check_email, check_username};
use crate::refusal::Refusal;

pub use self::rows::LinkingRow;

/// Someone who has an account here.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// `user_` and a ULID.
    pub id: &'a str,
    /// User name.
    pub username: &'a str,
    /// Whether the account is switched on.
    pub is_active: bool,
}

/// The external account of this source and identifier.
#[derive(Clone, Copy, Debug)]
pub struct Linked<'a> {
    /// `ext_` and a ULID.
    pub account_id: &'a str,
    /// Whose it is.
    pub owner: Person<'a>,
}

/// Someone who has the address of the profile.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// Who.
    pub person: Person<'a>,
    /// Whether the address is known to be theirs.
    pub verified: bool,
}

/// What the person wants.
#[derive(Clone, Copy, Debug)]
pub enum LinkPurpose<'a> {
    /// To sign in, or to get an account.
    SignIn,
    /// To connect the identity with the account that they are signed in to.
    Link {
        /// That account.
        user: Person<'a>,
        /// Whether the sign-in is fresh enough for such a change, in this very session.
        fresh: bool,
    },
}

/// What a person has typed into the page that finishes a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// User name.
    pub username: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Address; never verified.
    pub email: Option<String>,
}

/// Everything that the decision knows.
#[derive(Clone, Copy, Debug)]
pub struct LinkingSituation<'a> {
    /// The source.
    pub source: &'a Source,
    /// Who came.
    pub profile: &'a Profile,
    /// What they want.
    pub purpose: LinkPurpose<'a>,
    /// The external account of this source and identifier. An empty identifier has none, whatever stands here.
    pub linked: Option<Linked<'a>>,
    /// Everybody who has the address of the profile, found by [`super::linkable_email_key`].
    pub by_email: &'a [Holder<'a>],
    /// Who has the user name of the profile, in any letter case.
    pub by_username: Option<Person<'a>>,
    /// What was typed into the page that finishes a profile.
    pub entered: Option<&'a Entered>,
    /// Whether the user name that a new account would get is taken: the typed one, else that of the profile.
    pub username_taken: bool,
    /// Whether every account needs an address.
    pub email_required: bool,
}

/// Where the external account is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountWrite {
    /// To the one of this id.
    Existing(String),
    /// To a new one.
    New,
}

/// A new account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewUser {
    /// User name; `None`: one is made up ([`make_username`]).
    pub username: Option<String>,
    /// Full name; may be empty.
    pub name: String,
    /// The address, and whether it is known to be the person's.
    pub email: Option<(String, bool)>,
}

/// What a person is asked before they get an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finish {
    /// What is missing: `username`, `email`.
    pub missing: Vec<&'static str>,
    /// What the fields begin with.
    pub suggested: Entered,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkingOutcome {
    /// The person is signed in.
    SignIn {
        /// As whom.
        user_id: String,
        /// Where the link is.
        account: AccountWrite,
    },
    /// The person gets an account and a link.
    SignUp(NewUser),
    /// The person is asked something first; the decision is made again with the answer.
    Finish(Finish),
    /// The identity is connected with the account that the person is signed in to.
    Link {
        /// Which.
        user_id: String,
        /// Where the link is.
        account: AccountWrite,
    },
    /// Nothing.
    Refuse(OAuthError),
}

/// The row that was taken, and what it means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkingDecision {
    /// Which row of the table.
    pub row: LinkingRow,
    /// What is to be done.
    pub outcome: LinkingOutcome,
}

/// Decides whose account it is.
#[must_use]
pub fn decide_linking(situation: &LinkingSituation<'_>) -> LinkingDecision {
    let known = situation
        .linked
        .filter(|_| !situation.profile.provider_user_id.is_empty());
    if !situation.source.enabled {
        return refuse(LinkingRow::SourceDisabled, Refusal::UpstreamSourceDisabled);
    }
    match (situation.purpose, known) {
        (LinkPurpose::Link { user, fresh }, known) => {
            let is_nobody = situation.profile.provider_user_id.is_empty();
            decide_connection(user, fresh, is_nobody, known)
        }
        (LinkPurpose::SignIn, Some(linked)) => {
            let rows = [
                LinkingRow::KnownSignInOff,
                LinkingRow::KnownUserDisabled,
                LinkingRow::Known,
            ];
            let account = AccountWrite::Existing(linked.account_id.to_owned());
            sign_in(situation.source, linked.owner, account, rows)
        }
        (LinkPurpose::SignIn, None) => decide_match(situation).unwrap_or_else(|| decide_sign_up(situation)),
    }
}

const fn refuse(row: LinkingRow, refusal: Refusal) -> LinkingDecision {
    LinkingDecision {
        row,
        outcome: LinkingOutcome::Refuse(OAuthError::new(refusal)),
    }
}

fn decide_connection(user: Person<'_>, fresh: bool, is_nobody: bool, known: Option<Linked<'_>>) -> LinkingDecision {
    if !fresh {
        return refuse(LinkingRow::LinkNeedsLogin, Refusal::UpstreamLinkNeedsLogin);
    }
    if !user.is_active {
        return refuse(LinkingRow::LinkUserDisabled, Refusal::SubjectDisabled);
    }
    // Such a link would let nobody in, and each attempt would leave another one.
    if is_nobody {
        return refuse(LinkingRow::LinkWithoutIdentifier, Refusal::UpstreamUserIdMissing);
    }
    let (row, account) = match known {
        Some(linked) if linked.owner.id != user.id => {
            return refuse(LinkingRow::LinkOfAnother, Refusal::UpstreamLinkedToAnother);
        }
        Some(linked) => (
            LinkingRow::LinkAgain,
            AccountWrite::Existing(linked.account_id.to_owned()),
        ),
        None => (LinkingRow::LinkNew, AccountWrite::New),
    };
    let user_id = user.id.to_owned();
    LinkingDecision {
        row,
        outcome: LinkingOutcome::Link { user_id, account },
    }
}

/// Signs somebody in, unless the source or the account forbid it: those are the first two rows.
fn sign_in(
    source: &Source,
    person: Person<'_>,
    account: AccountWrite,
    [off, disabled, row]: [LinkingRow; 3],
) -> LinkingDecision {
    if !source.allow_sign_in {
        return refuse(off, Refusal::UpstreamSignInDisabled);
    }
    if !person.is_active {
        return refuse(disabled, Refusal::SubjectDisabled);
    }
    let user_id = person.id.to_owned();
    LinkingDecision {
        row,
        outcome: LinkingOutcome::SignIn { user_id, account },
    }
}

/// The rows of the matching modes; `None`: nobody matches.
fn decide_match(situation: &LinkingSituation<'_>) -> Option<LinkingDecision> {
    let LinkingSituation { source, profile, .. } = situation;
    let email = profile_email(profile);
    let holders = if email.as_ref().is_some_and(|email| email.key.is_some()) {
        situation.by_email
    } else {
        &[]
    };
    let username = profile.username.as_deref().filter(|name| !name.is_empty());
    let missing = || Some(refuse(LinkingRow::MatchPropertyMissing, Refusal::UpstreamEmailMissing));
    let link = |person, row| {
        let rows = [LinkingRow::MatchSignInOff, LinkingRow::MatchUserDisabled, row];
        Some(sign_in(source, person, AccountWrite::New, rows))
    };
    match source.user_matching_mode {
        UserMatchingMode::Identifier => None,
        UserMatchingMode::VerifiedEmailLink => match verified_holder(profile, holders)? {
            Ok(person) => link(person, LinkingRow::EmailLinked),
            Err(ambiguous) => Some(*ambiguous),
        },
        UserMatchingMode::EmailLink if email.is_none() => missing(),
        UserMatchingMode::EmailLink => match verified_holder(profile, holders) {
            Some(Ok(person)) => link(person, LinkingRow::EmailLinked),
            Some(Err(ambiguous)) => Some(*ambiguous),
            None if holders.is_empty() => None,
            None => Some(refuse(LinkingRow::EmailUnverified, Refusal::UpstreamEmailUnverified)),
        },
        UserMatchingMode::EmailDeny if email.is_none() => missing(),
        UserMatchingMode::EmailDeny if holders.is_empty() => None,
        UserMatchingMode::EmailDeny => Some(refuse(LinkingRow::EmailDenied, Refusal::UpstreamEmailTaken)),
        UserMatchingMode::UsernameLink | UserMatchingMode::UsernameDeny if username.is_none() => Some(refuse(
            LinkingRow::MatchPropertyMissing,
            Refusal::UpstreamUsernameMissing,
        )),
        UserMatchingMode::UsernameLink => {
            let exact = situation.by_username.filter(|person| Some(person.username) == username);
            link(exact?, LinkingRow::UsernameLinked)
        }
        UserMatchingMode::UsernameDeny => {
            situation.by_username?;
            Some(refuse(LinkingRow::UsernameDenied, Refusal::UpstreamUsernameTaken))
        }
    }
}

/// The one person whose address is verified there and here; an error when there are several.
fn verified_holder<'a>(profile: &Profile, holders: &[Holder<'a>]) -> Option<Result<Person<'a>, Box<LinkingDecision>>> {
    let mut verified = holders.iter().filter(|holder| holder.verified && profile.verified);
    let first = verified.next()?;
    if verified.any(|other| other.person.id != first.person.id) {
        let ambiguous = refuse(LinkingRow::EmailAmbiguous, Refusal::UpstreamEmailAmbiguous);
        return Some(Err(Box::new(ambiguous)));
    }
    Some(Ok(first.person))
}

fn profile_email(profile: &Profile) -> Option<Email> {
    profile.email_address.as_deref().and_then(parse_email)
}

/// The rows of a person who has no account here.
fn decide_sign_up(situation: &LinkingSituation<'_>) -> LinkingDecision {
    let LinkingSituation { source, profile, .. } = situation;
    if !source.allow_sign_up {
        return refuse(LinkingRow::SignUpOff, Refusal::UpstreamAccountUnknown);
    }
    if source.update_profile == UpdateProfile::NeverOnLogin {
        return refuse(LinkingRow::SignUpNever, Refusal::UpstreamAccountUnknown);
    }
    let empty = Entered::default();
    let entered = situation.entered.unwrap_or(&empty);
    let typed_email = entered
        .email
        .as_deref()
        .filter(|typed| check_email(typed).is_ok())
        .and_then(parse_email);
    let email = profile_email(profile);
    let may_block = [&email, &typed_email]
        .into_iter()
        .flatten()
        .any(|email| email.is_subaddress);
    if source.block_email_subaddresses && may_block {
        return refuse(LinkingRow::SubaddressBlocked, Refusal::UpstreamSubaddress);
    }
    let keeps_away = source.user_matching_mode == UserMatchingMode::VerifiedEmailLink && !profile.verified;
    let own = email
        .filter(|_| !keeps_away)
        .map(|email| (email.stored, profile.verified));
    let address = own.or_else(|| typed_email.map(|email| (email.stored, false)));
    let can_ask = source.made == Made::Native;
    if situation.email_required && address.is_none() && !can_ask {
        return refuse(LinkingRow::EmailMissing, Refusal::UpstreamEmailMissing);
    }
    let username = entered.username.as_deref().or(profile.username.as_deref());
    let username = username.filter(|name| check_username(name).is_ok());
    let usable = username.filter(|_| !situation.username_taken);
    let mut missing = Vec::new();
    // The mapping of a source that does not speak OpenID Connect has no place for a user name, and its sign-in completes as it is.
    let maps = source.kind != SourceKind::Oidc && !source.attribute_mapping.is_empty();
    if usable.is_none() && can_ask && !(maps && username.is_none()) {
        missing.push("username");
    }
    if situation.email_required && address.is_none() {
        missing.push("email");
    }
    let name = entered
        .name
        .clone()
        .or_else(|| profile.name.clone())
        .unwrap_or_default();
    if !missing.is_empty() {
        let suggested = Entered {
            username: username.map(str::to_owned),
            name: Some(name).filter(|name| !name.is_empty()),
            email: address.map(|(address, _)| address),
        };
        return LinkingDecision {
            row: LinkingRow::Finish,
            outcome: LinkingOutcome::Finish(Finish { missing, suggested }),
        };
    }
    let row = match (keeps_away, &profile.email_address) {
        (true, Some(_)) => LinkingRow::SignUpUnverified,
        _ => LinkingRow::SignUp,
    };
    let user = NewUser {
        username: usable.map(str::to_owned),
        name,
        email: address,
    };
    LinkingDecision {
        row,
        outcome: LinkingOutcome::SignUp(user),
    }
}

/// A user name for somebody whom the dialects never ask for one: the key of the source and twelve letters and digits.
#[must_use]
pub fn make_username(source: &Source, entropy: &dyn Entropy) -> String {
    format!("{}-{}", source.key, new_alphanumeric(12, entropy).to_ascii_lowercase())
}
