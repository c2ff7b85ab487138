//! The repairs, what each does, and which of them a refusal may have.

use crate::refusal::Refusal;

macro_rules! repairs {
    ($($name:ident = $code:literal, $warns:literal, $sentence:literal;)*) => {
        /// A change that repairs something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Repair {
            $(#[doc = $sentence] $name,)*
        }

        impl Repair {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Whether it makes something less safe than before.
            #[must_use]
            pub const fn warns(self) -> bool {
                match self { $(Self::$name => $warns,)* }
            }

            /// What it does, in English.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

repairs! {
    AddRedirectUri = "add_redirect_uri", false, "Registers this exact return address beside the others.";
    ReplaceRedirectUri = "replace_redirect_uri", false, "Puts this exact return address in the place of the registered one.";
    AddPostLogoutRedirectUri = "add_post_logout_redirect_uri", false, "Registers this exact return address after sign-out.";
    AllowResponseType = "allow_response_type", false, "Adds the grant type of this response type to the application.";
    AllowGrantType = "allow_grant_type", false, "Adds this grant type to the application.";
    AllowScope = "allow_scope", false, "Maps this scope for the application.";
    EnableApplication = "enable_application", false, "Switches the application on.";
    RequirePkceOff = "require_pkce_off", true, "Lets the application sign people in without PKCE.";
    AllowPlainPkce = "allow_plain_pkce", true, "Accepts the plain code_challenge_method from the application.";
    AcceptAuthenticationMethod = "token_endpoint_auth_method", false, "Registers the way in which the application proved itself.";
    RaiseCodeValidity = "raise_code_validity", true, "Lets codes of the application live for five minutes.";
    RaiseDeviceCodeValidity = "raise_device_code_validity", false, "Lets device codes of the application live for half an hour.";
    TrustSource = "trust_source", true, "Takes tokens of this source for those of programs of the application.";
    EnableSource = "enable_source", false, "Switches the source on.";
    AllowSourceForApplication = "allow_source_for_application", false, "Offers the source to the application.";
    TakeOverEndpoints = "take_over_endpoint", false, "Takes over what the discovery document of the source names now, and reads its keys.";
    TakeOverIssuer = "take_over_issuer", true, "Takes over the issuer that the signed answer of the source names.";
    AllowAlgorithm = "allow_algorithm", false, "Accepts this algorithm from the source.";
    SwitchSourceAuthentication = "switch_source_authentication", false, "Sends our secret to the source in the other way: in the header, or in the body.";
    AskForOpenid = "ask_for_openid", false, "Asks the source for the scope openid.";
    AllowSignIn = "allow_sign_in", false, "Lets people with an account sign in through the source.";
    AllowSignUp = "allow_sign_up", false, "Lets the source make accounts for people who have none.";
    MatchByIdentifier = "match_by_identifier", false, "Makes a new account instead of comparing addresses or names.";
    AllowSubaddresses = "allow_subaddresses", false, "Takes e-mail addresses with a part after a plus sign.";
    JoinGroups = "join_groups", true, "Joins groups of the source to groups of the same name.";
    ActivateUser = "activate_user", false, "Switches the account on.";
}

/// What a repair changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// An application, by a merge patch.
    Application,
    /// A source, by a merge patch.
    Source,
    /// A source, by reading its own description anew.
    SourceDescription,
    /// A user, by a merge patch.
    User,
}

impl Target {
    /// The resource of the management API.
    #[must_use]
    pub const fn resource(self) -> &'static str {
        match self {
            Self::Application => "applications",
            Self::Source | Self::SourceDescription => "sources",
            Self::User => "users",
        }
    }
}

/// Whether a new look at what a source says about itself repairs a refusal, as far as anything does: its addresses or keys are not
/// those that it has now.
pub(super) const fn needs_new_look(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::UpstreamNotConfigured
            | Refusal::UpstreamResponseIssuer
            | Refusal::UpstreamTokenUnreachable
            | Refusal::UpstreamTokenMalformed
            | Refusal::UpstreamUserinfoUnreachable
            | Refusal::UpstreamUserinfoRefused
            | Refusal::UpstreamUserinfoMalformed
            | Refusal::UpstreamKeysUnreachable
            | Refusal::UpstreamKeyUnknown
            | Refusal::UpstreamSignatureWrong
            | Refusal::UpstreamSubjectMismatch
    )
}

/// The repairs that a refusal may have, whatever the records are: for the documentation.
#[must_use]
pub fn possible(refusal: Refusal) -> Vec<Repair> {
    let list: &[Repair] = match refusal {
        Refusal::RedirectUriMismatch => &[Repair::AddRedirectUri, Repair::ReplaceRedirectUri],
        Refusal::RedirectUriUnregistered | Refusal::FirstUseNotAllowed | Refusal::FirstUseNotListed => {
            &[Repair::AddRedirectUri]
        }
        Refusal::LogoutRedirectMismatch => &[Repair::AddPostLogoutRedirectUri],
        Refusal::ResponseTypeNotAllowed => &[Repair::AllowResponseType],
        Refusal::GrantTypeNotAllowed => &[Repair::AllowGrantType],
        Refusal::ScopeUnknown | Refusal::ScopeOpenidMissing => &[Repair::AllowScope],
        Refusal::ClientDisabled => &[Repair::EnableApplication],
        Refusal::PkceRequired => &[Repair::RequirePkceOff],
        Refusal::PkcePlainNotAllowed => &[Repair::AllowPlainPkce],
        Refusal::ClientAuthenticationMethod => &[Repair::AcceptAuthenticationMethod],
        Refusal::CodeExpired => &[Repair::RaiseCodeValidity],
        Refusal::DeviceCodeExpired => &[Repair::RaiseDeviceCodeValidity],
        Refusal::AssertionForeign => &[Repair::TrustSource],
        Refusal::ConnectionNotFound => &[Repair::EnableSource, Repair::AllowSourceForApplication],
        Refusal::UpstreamSourceDisabled => &[Repair::EnableSource],
        Refusal::UpstreamIssuerWrong => &[Repair::TakeOverEndpoints, Repair::TakeOverIssuer],
        _ if needs_new_look(refusal) => &[Repair::TakeOverEndpoints],
        Refusal::UpstreamTokenRefused => &[Repair::SwitchSourceAuthentication, Repair::TakeOverEndpoints],
        Refusal::UpstreamAlgorithmWrong => &[Repair::AllowAlgorithm],
        Refusal::UpstreamIdTokenMissing => &[Repair::AskForOpenid],
        Refusal::UpstreamSignInDisabled => &[Repair::AllowSignIn],
        Refusal::UpstreamAccountUnknown => &[Repair::AllowSignUp],
        Refusal::UpstreamEmailMissing
        | Refusal::UpstreamEmailTaken
        | Refusal::UpstreamEmailUnverified
        | Refusal::UpstreamUsernameTaken
        | Refusal::UpstreamUsernameMissing => &[Repair::MatchByIdentifier],
        Refusal::UpstreamSubaddress => &[Repair::AllowSubaddresses],
        Refusal::UpstreamGroupDenied => &[Repair::JoinGroups],
        Refusal::SubjectDisabled | Refusal::SubjectGone => &[Repair::ActivateUser],
        _ => &[],
    };
    list.to_vec()
}
