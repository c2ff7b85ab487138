//! Each thing that can be found out about a token: a stable code, how bad it is, and a sentence.

use crate::time::Time;

macro_rules! findings {
    ($($name:ident = $code:literal, $severity:ident, $sentence:literal;)*) => {
        /// What was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum What {
            $(#[doc = $sentence] $name,)*
        }

        impl What {
            /// All of them.
            pub const ALL: &'static [What] = &[$(What::$name,)*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(What::$name => $code,)* }
            }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(What::$name => Severity::$severity,)* }
            }

            /// One sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(What::$name => $sentence,)* }
            }
        }
    };
}

findings! {
    Unreadable = "unreadable", Problem, "It can not be read as a token.";
    SignatureOfKey = "signature_of_key", Fine, "The signature is by a key of this server.";
    SignatureOfSecret = "signature_of_secret", Fine, "The signature is by the client secret of the application.";
    SignatureOfUnknownKey = "signature_of_unknown_key", Problem,
        "No key of this server fits: it was signed elsewhere, or its key was deleted.";
    SignatureWrong = "signature_wrong", Problem, "The signature does not fit: it was changed, or signed by somebody else.";
    IssuerOurs = "issuer_ours", Fine, "The issuer is this server.";
    IssuerMissing = "issuer_missing", Problem, "It does not say who issued it.";
    IssuerOfNoApplication = "issuer_of_no_application", Problem,
        "The issuer is an address of this server that belongs to another application, or to none.";
    IssuerForeign = "issuer_foreign", Problem, "The issuer is not this server; compare it with public_url.";
    ClientKnown = "client_known", Fine, "It was issued to this application.";
    ClientUnknown = "client_unknown", Problem, "No application here has this client id.";
    Recorded = "recorded", Fine, "This server issued it.";
    NotRecorded = "not_recorded", Problem, "There is no record of it: it was never issued here, or expired long ago.";
    NotTracked = "not_tracked", Fine, "Tokens of this kind are not recorded: signature and times decide.";
    Lives = "lives", Fine, "It has not expired.";
    NeverExpires = "never_expires", Notice, "It does not expire by itself.";
    Expired = "expired", Problem, "It has expired.";
    NotYetValid = "not_yet_valid", Problem, "It begins in the future; compare the clocks of the servers.";
    Revoked = "revoked", Problem, "It was revoked.";
    Replaced = "replaced", Problem, "It was used and replaced by its successor. Using it again revokes everything of its authorization.";
    Redeemed = "redeemed", Problem, "It was redeemed. A code counts once; presenting it again revokes what it gave.";
    FamilyRevoked = "family_revoked", Problem, "The authorization that it belongs to was revoked.";
    SessionEnded = "session_ended", Problem, "The browser session that it hangs on has ended.";
    ApplicationDeleted = "application_deleted", Problem, "Its application is deleted.";
    ApplicationDisabled = "application_disabled", Problem, "Its application is switched off.";
    SubjectStanding = "subject_standing", Fine, "The account that it speaks of may sign in.";
    SubjectDisabled = "subject_disabled", Problem, "The account that it speaks of is switched off.";
    SubjectDeleted = "subject_deleted", Problem, "The account that it speaks of is deleted.";
    SignedOutEverywhere = "signed_out_everywhere", Problem,
        "It is from before the moment at which the account was signed out everywhere.";
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// As it should be.
    Fine,
    /// Worth knowing.
    Notice,
    /// Because of this the token does not count.
    Problem,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Notice => "notice",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub what: What,
    /// The value that it is about, never a secret: a key id, an issuer, a name.
    pub value: Option<String>,
    /// The moment that it is about.
    pub at: Option<Time>,
}

impl Finding {
    pub(super) fn new(what: What) -> Self {
        Self {
            what,
            value: None,
            at: None,
        }
    }

    pub(super) fn value(mut self, value: &str) -> Self {
        self.value = (!value.is_empty()).then(|| value.to_owned());
        self
    }

    pub(super) fn at(mut self, at: Time) -> Self {
        self.at = Some(at);
        self
    }
}
