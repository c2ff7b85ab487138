//! The rows of the linking table: a stable name and a sentence for each.

macro_rules! rows {
    ($($name:ident = $code:literal, $sentence:literal;)*) => {
        /// A row of the linking table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum LinkingRow {
            $(#[doc = $sentence] $name,)*
        }

        impl LinkingRow {
            /// All rows, in the order in which they are asked.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

rows! {
    SourceDisabled = "source_disabled", "The source is switched off.";
    LinkNeedsLogin = "link_needs_login", "Connecting an identity needs a fresh sign-in.";
    LinkUserDisabled = "link_user_disabled", "The account that the identity should be connected with is switched off.";
    LinkWithoutIdentifier = "link_without_identifier", "The source says no identifier that could be connected.";
    LinkOfAnother = "link_of_another", "The identity is connected with another account, and stays there.";
    LinkAgain = "link_again", "The identity is connected with this account already.";
    LinkNew = "link_new", "The identity is connected with the account that the person is signed in to.";
    KnownSignInOff = "known_sign_in_off", "The identity is connected, and nobody signs in through this source.";
    KnownUserDisabled = "known_user_disabled", "The identity is connected with an account that is switched off.";
    Known = "known", "The identity is connected with an account.";
    MatchPropertyMissing = "match_property_missing", "The source did not send what its matching mode compares.";
    EmailAmbiguous = "email_ambiguous", "Several accounts have the verified address.";
    MatchSignInOff = "match_sign_in_off", "An account matches, and nobody signs in through this source.";
    MatchUserDisabled = "match_user_disabled", "An account matches, and it is switched off.";
    EmailLinked = "email_linked", "One account has the address, verified at the source and here.";
    EmailUnverified = "email_unverified", "An account has the address, and it is not verified at the source and here.";
    EmailDenied = "email_denied", "An account has the address, and the mode forbids that.";
    UsernameLinked = "username_linked", "An account has exactly the user name.";
    UsernameDenied = "username_denied", "An account has the user name, and the mode forbids that.";
    SignUpOff = "sign_up_off", "The person has no account, and this source makes none.";
    SignUpNever = "sign_up_never", "The person has no account, and this source writes none.";
    SubaddressBlocked = "subaddress_blocked", "The address has a part after a plus sign.";
    EmailMissing = "email_missing", "An account needs an address, and the source sent none.";
    Finish = "finish", "The person is asked for what is missing or taken.";
    SignUpUnverified = "sign_up_unverified", "A new account; the unverified address stays on the link alone.";
    SignUp = "sign_up", "A new account.";
}
