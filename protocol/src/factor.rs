//! Second factors and passkeys: what is known of them, and how a sign-in with them is told to applications (RFC 8176).

use crate::time::Time;

/// A password was known.
pub const AMR_PASSWORD: &str = "pwd";
/// A one-time code: of an authenticator app, or a recovery code.
pub const AMR_CODE: &str = "otp";
/// More than one factor.
pub const AMR_MULTIPLE: &str = "mfa";
/// The person was there and has unlocked the key themselves.
pub const AMR_USER: &str = "user";
/// A key was used, wherever it is kept: nothing vouches for its place.
pub const AMR_KEY: &str = "pop";
/// A key that is copied between devices, and so is kept in software.
pub const AMR_SOFTWARE_KEY: &str = "swk";
/// A key that hardware keeps. We say it of nobody, because nothing vouches for it.
pub const AMR_HARDWARE_KEY: &str = "hwk";

/// The kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorKind {
    /// A key in a device or password manager (Web Authentication Level 3): a first factor that stands for two, or a second one.
    Passkey,
    /// An authenticator app with codes of half a minute (RFC 6238).
    Totp,
    /// Codes on paper, each for one sign-in without the other factors.
    RecoveryCodes,
}

impl FactorKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Passkey, Self::Totp, Self::RecoveryCodes];

    /// The name in the management API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::RecoveryCodes => "recovery_codes",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether having one means that a password alone is not enough. Recovery codes stand in for the others only.
    #[must_use]
    pub const fn guards(self) -> bool {
        !matches!(self, Self::RecoveryCodes)
    }
}

/// A factor of somebody, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// `fac_` and a ULID.
    pub id: String,
    /// Whose.
    pub user_id: String,
    /// Which kind.
    pub kind: FactorKind,
    /// For the person.
    pub name: String,
    /// When it was added.
    pub created_at: Time,
    /// When it was used last.
    pub last_used_at: Option<Time>,
    /// Codes that are left, of [`FactorKind::RecoveryCodes`].
    pub codes_left: Option<i64>,
}

fn with(before: &[String], more: &[&str]) -> Vec<String> {
    let mut amr: Vec<String> = before.to_vec();
    for method in more {
        if !amr.iter().any(|one| one == method) {
            amr.push((*method).to_owned());
        }
    }
    amr
}

/// The methods of a sign-in to which a one-time code was added.
#[must_use]
pub fn amr_with_code(before: &[String]) -> Vec<String> {
    with(before, &[AMR_CODE, AMR_MULTIPLE])
}

/// The methods of a sign-in by a passkey that the person unlocked, alone or added to others: something they have, and
/// something they know or are. `synchronised`: whether it is copied between devices.
#[must_use]
pub fn amr_with_passkey(before: &[String], synchronised: bool) -> Vec<String> {
    let key = if synchronised { AMR_SOFTWARE_KEY } else { AMR_KEY };
    with(before, &[key, AMR_USER, AMR_MULTIPLE])
}
