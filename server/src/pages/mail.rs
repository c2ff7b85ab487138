//! Mails as people read them: plain data in, subject, plain text and HTML out. The two say the same.

use askama::Template;

use crate::texts::Speech;

/// One mail: some sentences, perhaps with one link among them.
#[derive(Debug, Template)]
#[template(path = "mail/letter.html")]
pub struct Letter<'a> {
    /// The texts in the language of whoever gets it.
    pub speech: Speech<'a>,
    /// The subject, and the title of the HTML part.
    pub subject: String,
    /// Sentences before the link.
    pub before: Vec<String>,
    /// What the link says, and where it leads.
    pub link: Option<(String, &'a str)>,
    /// Sentences after it.
    pub after: Vec<String>,
    /// Where the mail comes from: the public address.
    pub place: &'a str,
}

/// Where and with what something was done, for a mail that tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// When, to the minute, in UTC.
    pub at: &'a str,
    /// From which address.
    pub address: &'a str,
    /// With which browser, on which system.
    pub device: &'a str,
}

impl Letter<'_> {
    /// The plain text part. Lines stay as they are: mail programs wrap them.
    #[must_use]
    pub fn text(&self) -> String {
        let mut parts: Vec<String> = self.before.clone();
        if let Some((label, address)) = &self.link {
            parts.push(format!("{label}:\n{address}"));
        }
        parts.extend(self.after.iter().cloned());
        parts.push(format!("-- \n{}", self.place));
        parts.join("\n\n")
    }
}

impl<'a> Letter<'a> {
    fn new(speech: Speech<'a>, place: &'a str, subject: &str, before: Vec<String>) -> Self {
        Self {
            subject: speech.say(subject),
            speech,
            before,
            link: None,
            after: Vec::new(),
            place,
        }
    }

    fn with_link(mut self, label: &str, address: &'a str, after: Vec<String>) -> Self {
        self.link = Some((self.speech.say(label), address));
        self.after = after;
        self
    }

    /// Words of an administrator's own: paragraphs are apart by an empty line.
    #[must_use]
    pub fn plain(speech: Speech<'a>, place: &'a str, subject: &str, body: &str) -> Self {
        Self {
            speech,
            subject: subject.to_owned(),
            before: body.split("\n\n").map(str::to_owned).collect(),
            link: None,
            after: Vec::new(),
            place,
        }
    }

    /// The link that sets a new password.
    #[must_use]
    pub fn recovery(speech: Speech<'a>, place: &'a str, username: &str, link: &'a str, asked_from: &str) -> Self {
        let before = vec![
            speech.say_with("mail-recovery", "username", username),
            speech.say_with("mail-asked-from", "address", asked_from),
        ];
        let after = vec![speech.say("mail-recovery-once"), speech.say("mail-recovery-ignore")];
        Self::new(speech, place, "mail-recovery-subject", before).with_link("mail-recovery-link", link, after)
    }

    /// The link that shows that an address is somebody's own.
    #[must_use]
    pub fn verification(speech: Speech<'a>, place: &'a str, username: &str, address: &str, link: &'a str) -> Self {
        let values = [("username", username), ("address", address)];
        let before = vec![speech.say_values("mail-verification", &values)];
        let after = vec![
            speech.say("mail-verification-once"),
            speech.say("mail-verification-ignore"),
        ];
        Self::new(speech, place, "mail-verification-subject", before).with_link("mail-verification-link", link, after)
    }

    /// To the owner of an address that somebody else wanted to add to their account.
    #[must_use]
    pub fn address_in_use(speech: Speech<'a>, place: &'a str, username: &str, address: &str) -> Self {
        let values = [("username", username), ("address", address)];
        let before = vec![
            speech.say_values("mail-address-in-use", &values),
            speech.say("mail-nothing-happened"),
        ];
        Self::new(speech, place, "mail-address-in-use-subject", before)
    }

    /// To the owner of an address with which somebody wanted to make an account.
    #[must_use]
    pub fn account_exists(speech: Speech<'a>, place: &'a str, username: &str, link: &'a str) -> Self {
        let before = vec![speech.say_with("mail-account-exists", "username", username)];
        let after = vec![
            speech.say("mail-account-exists-recover"),
            speech.say("mail-nothing-happened"),
        ];
        Self::new(speech, place, "mail-account-exists-subject", before).with_link(
            "mail-account-exists-link",
            link,
            after,
        )
    }

    /// The link that makes an account.
    #[must_use]
    pub fn sign_up(speech: Speech<'a>, place: &'a str, link: &'a str) -> Self {
        let before = vec![speech.say("mail-sign-up")];
        let after = vec![speech.say("mail-sign-up-once"), speech.say("mail-sign-up-ignore")];
        Self::new(speech, place, "mail-sign-up-subject", before).with_link("mail-sign-up-link", link, after)
    }

    /// The link of an invitation.
    #[must_use]
    pub fn invitation(speech: Speech<'a>, place: &'a str, link: &'a str) -> Self {
        let before = vec![speech.say("mail-invitation")];
        let after = vec![speech.say("mail-invitation-once")];
        Self::new(speech, place, "mail-invitation-subject", before).with_link("mail-invitation-link", link, after)
    }

    /// The password was changed.
    #[must_use]
    pub fn password_changed(speech: Speech<'a>, place: &'a str, username: &str, how: Circumstances<'_>) -> Self {
        let before = vec![
            speech.say_with("mail-password-changed", "username", username),
            circumstances(&speech, how),
            speech.say("mail-not-you"),
        ];
        Self::new(speech, place, "mail-password-changed-subject", before)
    }

    /// Somebody signed in in a browser that is new to the account. `sessions`: where one sees where one is signed in.
    #[must_use]
    pub fn new_browser(
        speech: Speech<'a>,
        place: &'a str,
        username: &str,
        how: Circumstances<'_>,
        sessions: &'a str,
    ) -> Self {
        let before = vec![
            speech.say_with("mail-new-browser", "username", username),
            circumstances(&speech, how),
            speech.say("mail-new-browser-you"),
        ];
        let after = vec![speech.say("mail-new-browser-not-you")];
        Self::new(speech, place, "mail-new-browser-subject", before).with_link("mail-new-browser-link", sessions, after)
    }

    /// An administrator set a password.
    #[must_use]
    pub fn password_set(speech: Speech<'a>, place: &'a str, username: &str) -> Self {
        let before = vec![
            speech.say_with("mail-password-set", "username", username),
            speech.say("mail-password-set-doubt"),
        ];
        Self::new(speech, place, "mail-password-changed-subject", before)
    }

    /// The addresses were changed. `what`: the message that says how.
    #[must_use]
    pub fn addresses_changed(
        speech: Speech<'a>,
        place: &'a str,
        (username, address): (&str, &str),
        what: AddressChange,
        how: Circumstances<'_>,
    ) -> Self {
        let values = [("username", username), ("address", address)];
        let message = match what {
            AddressChange::Added => "mail-address-added",
            AddressChange::Primary => "mail-address-primary",
            AddressChange::Removed => "mail-address-removed",
        };
        let before = vec![
            speech.say_values(message, &values),
            circumstances(&speech, how),
            speech.say("mail-not-you"),
        ];
        Self::new(speech, place, "mail-addresses-changed-subject", before)
    }

    /// The sign-in factors were changed.
    #[must_use]
    pub fn factors_changed(
        speech: Speech<'a>,
        place: &'a str,
        username: &str,
        what: FactorChange,
        how: Circumstances<'_>,
    ) -> Self {
        let before = vec![
            speech.say_with(what.message(), "username", username),
            circumstances(&speech, how),
            speech.say("mail-not-you"),
        ];
        Self::new(speech, place, "mail-factors-changed-subject", before)
    }

    /// An administrator changed the sign-in factors.
    #[must_use]
    pub fn factors_changed_for(speech: Speech<'a>, place: &'a str, username: &str, what: FactorChange) -> Self {
        let before = vec![
            speech.say_with(what.message(), "username", username),
            speech.say("mail-by-administrator"),
        ];
        Self::new(speech, place, "mail-factors-changed-subject", before)
    }
}

/// What happened to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressChange {
    /// It was added and is known to be the person's.
    Added,
    /// It is the one that messages go to.
    Primary,
    /// It was taken off the account.
    Removed,
}

/// What happened to the ways in which a person proves who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorChange {
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// An app that shows codes was added.
    TotpAdded,
    /// An app that shows codes was removed.
    TotpRemoved,
    /// New recovery codes were made.
    RecoveryCodesMade,
    /// The recovery codes were removed.
    RecoveryCodesRemoved,
    /// A recovery code was used to sign in.
    RecoveryCodeUsed,
}

impl FactorChange {
    const fn message(self) -> &'static str {
        match self {
            Self::PasskeyAdded => "mail-passkey-added",
            Self::PasskeyRemoved => "mail-passkey-removed",
            Self::TotpAdded => "mail-totp-added",
            Self::TotpRemoved => "mail-totp-removed",
            Self::RecoveryCodesMade => "mail-recovery-codes-made",
            Self::RecoveryCodesRemoved => "mail-recovery-codes-removed",
            Self::RecoveryCodeUsed => "mail-recovery-code-used",
        }
    }
}

fn circumstances(speech: &Speech<'_>, how: Circumstances<'_>) -> String {
    let values = [("at", how.at), ("address", how.address), ("device", how.device)];
    speech.say_values("mail-circumstances", &values)
}
