//! `/account/emails`: the addresses of an account; and the page behind the link that shows that one is one's own.

use askama::Template;

use super::super::first_administrator::{Field, FieldProblem};
use super::super::frame::Frame;
use super::room::AccountRoom;

/// The message of an account that has all the addresses that it can have.
pub const TOO_MANY_ADDRESSES: &str = "address-too-many";

/// Items `.address`, each with what may be done to it, and `#address-form` with `name=email`.
#[derive(Debug, Template)]
#[template(path = "account/emails.html")]
pub struct Emails<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// Where the person confirms who they are; `None`: they have just done so.
    pub confirm: Option<&'a str>,
    /// Whether links can be sent.
    pub sends: bool,
    /// The addresses.
    pub items: &'a [AddressItem<'a>],
    /// The address that was typed.
    pub email: Field<'a>,
    /// Minutes until links are sent again, when too many were asked for.
    pub wait: Option<u32>,
}

/// An address.
#[derive(Debug, Clone, Copy)]
pub struct AddressItem<'a> {
    /// The address.
    pub address: &'a str,
    /// What is known of it.
    pub standing: AddressStanding<'a>,
}

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressStanding<'a> {
    /// The one that messages go to; whether it is known to be the person's.
    Primary(bool),
    /// A further one; whether it is known to be the person's.
    Further(bool),
    /// A link was sent there.
    Asked,
    /// It comes from the source of this name.
    Linked(&'a str),
}

impl AddressItem<'_> {
    fn message(&self) -> Option<&'static str> {
        match self.standing {
            AddressStanding::Primary(true) => Some("address-primary"),
            AddressStanding::Primary(false) => Some("address-primary-unverified"),
            AddressStanding::Further(true) => Some("address-verified"),
            AddressStanding::Further(false) => Some("address-unverified"),
            AddressStanding::Asked => Some("address-asked"),
            AddressStanding::Linked(_) => None,
        }
    }

    fn source(&self) -> Option<&str> {
        match self.standing {
            AddressStanding::Linked(source) => Some(source),
            _ => None,
        }
    }

    fn can_send(&self) -> bool {
        matches!(
            self.standing,
            AddressStanding::Primary(false) | AddressStanding::Further(false) | AddressStanding::Asked
        )
    }

    fn can_be_primary(&self) -> bool {
        self.standing == AddressStanding::Further(true)
    }

    fn can_go(&self) -> bool {
        matches!(self.standing, AddressStanding::Further(_) | AddressStanding::Asked)
    }
}

impl Emails<'_> {
    fn problem(&self, problem: &Option<FieldProblem>) -> Option<String> {
        let wait = self
            .wait
            .map(|minutes| self.frame.say_count("mail-too-many", "minutes", minutes));
        wait.or_else(|| problem.map(|problem| problem.say(self.frame)))
    }
}

/// `/account/emails/confirm`: `#confirm-form`, or `#confirmed` when it is done.
#[derive(Debug, Template)]
#[template(path = "confirm_address.html")]
pub struct ConfirmAddress<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The value of the link.
    pub token: &'a str,
    /// Whose account it is.
    pub username: &'a str,
    /// The address.
    pub address: &'a str,
    /// Whether it is done.
    pub done: bool,
}
