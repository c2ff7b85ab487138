//! The rule behind each refusal, in words: what is compared with what, and why.

use crate::refusal::Refusal;

macro_rules! rules {
    ($($name:ident = $code:literal, $sentence:literal, $more:literal;)*) => {
        /// A rule that refuses requests.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $sentence] $name,)*
        }

        impl Rule {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The rule in English.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// The page of the documentation that says more, from `docs/reference/refusals/`; empty: there is none.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self { $(Self::$name => $more,)* }
            }
        }
    };
}

rules! {
    Form = "form",
        "Each parameter stands once, is well formed and not too long; what is required is there.", "";
    ClientKnown = "client_known",
        "An application is found by its client_id, letter by letter.", "../../concepts.md";
    ClientEnabled = "client_enabled",
        "An application that is switched off gets nothing, and neither does anybody through it.", "";
    ClientAuthentication = "client_authentication",
        "A confidential application proves itself with its secret, in the way that is registered for it.", "";
    AddressExact = "address_exact",
        "A return address is compared with the registered ones letter by letter: scheme, host, port, path, a slash at the end and the query all count. Whoever could choose it freely could have codes sent to themselves.",
        "../../how-to/redirect-uris.md";
    AddressKind = "address_kind",
        "Addresses that run code, hide where they lead or can not be written into a redirect are never return addresses.",
        "../../how-to/redirect-uris.md";
    FirstUse = "first_use",
        "An application without a registered address learns its first one only from somebody who is allowed to teach it and confirms it.",
        "../../how-to/redirect-uris.md";
    ResponseType = "response_type",
        "What an answer may consist of, and how it travels, follows from the grant types of the application.", "";
    Scope = "scope",
        "An application gets only scopes that are mapped for it, and never more than what was granted before.", "";
    Pkce = "pkce",
        "A code is bound to the one who asked for it: the challenge goes along with the request, the verifier that fits it with the code.",
        "../../how-to/authorization-code.md";
    NonceAndState = "nonce_and_state",
        "state and nonce bind an answer to the browser and the request that it belongs to.", "";
    Prompt = "prompt",
        "With prompt=none nobody is shown anything: whoever would have to do something is refused instead.", "";
    PersonSaysNo = "person_says_no",
        "Nothing is given to an application against the will of the person.", "";
    Policy = "policy",
        "Rules (policy bindings) decide who may come in; all or one of them must agree, as it is set.", "../../expressions.md";
    AccountActive = "account_active",
        "An account that is switched off or deleted gets nothing, and what it had from before a forced sign-out is dead.", "";
    CodeOnce = "code_once",
        "A code works once, for a short time, for the application and the address that it was issued for.",
        "../../how-to/authorization-code.md";
    RefreshOnce = "refresh_once",
        "A refresh token works for the application that it was issued to and is replaced at each use; an old one that comes back ends the whole family.", "";
    GrantType = "grant_type",
        "An application uses only the grant types that are listed for it.", "";
    Assertion = "assertion",
        "A token of somebody else stands for a person or program only when its issuer is trusted by this application, and it is signed, meant for us and not expired.",
        "../../how-to/machine-to-machine.md";
    Management = "management",
        "An application acts at the management interface only with the scopes that were given to it.", "../../how-to/auth0.md";
    Device = "device",
        "A device gets tokens once, when a person has allowed it in time, and asks no oftener than it was told to.",
        "../../how-to/device.md";
    SourceOffered = "source_offered",
        "People come only through sources that are switched on, complete, and offered to the application.", "../../linking.md";
    SourceAnswers = "source_answers",
        "The source has to redeem our code and give the profile; what it refuses, it refuses for a reason of its own.",
        "../../how-to/source-openid-connect.md";
    SourceProves = "source_proves",
        "What a source says of a person counts only when it is signed by the source, names its issuer, is meant for us, belongs to this sign-in and is fresh.",
        "../../how-to/source-openid-connect.md";
    SourceProfile = "source_profile",
        "The profile of a source has to say who came, by an identifier that can be kept.", "../../how-to/source-oauth2.md";
    Linking = "linking",
        "A person from a source is joined to an account by one table of rows; an address that is not verified on both sides never opens an account.",
        "../../linking.md";
    BrowserBinding = "browser_binding",
        "A sign-in goes on only in the browser that began it, once, and while it waits; the browser has to keep our cookie.", "";
    SignOut = "sign_out",
        "After sign-out the browser is sent only to an address that is registered for that, at the request of an application that names the session.",
        "../../how-to/sign-out.md";
    Bearer = "bearer",
        "An access token opens what its scopes name, while it lives, and travels in the Authorization header.", "";
    Ours = "ours",
        "Nothing was wrong with the request.", "";
}

impl Rule {
    /// The rule behind a refusal.
    #[must_use]
    pub const fn of(refusal: Refusal) -> Self {
        match refusal {
            Refusal::ParametersMalformed
            | Refusal::ParameterRepeated
            | Refusal::ParametersTooMany
            | Refusal::ClientMissing
            | Refusal::RequestObjectUnsupported
            | Refusal::RequestUriUnsupported
            | Refusal::RegistrationUnsupported
            | Refusal::MaxAgeMalformed
            | Refusal::ClaimsMalformed
            | Refusal::GrantTypeMissing
            | Refusal::TokenMissing
            | Refusal::NotFound
            | Refusal::MethodNotAllowed
            | Refusal::ContentTypeUnsupported
            | Refusal::BodyTooLarge
            | Refusal::RepairImpossible => Self::Form,
            Refusal::ClientUnknown => Self::ClientKnown,
            Refusal::ClientDisabled => Self::ClientEnabled,
            Refusal::ClientAuthenticationMalformed
            | Refusal::ClientAuthenticationTwice
            | Refusal::ClientAuthenticationMissing
            | Refusal::ClientSecretWrong
            | Refusal::ClientAuthenticationMethod
            | Refusal::MachineSecretWrong
            | Refusal::AppPasswordMissing
            | Refusal::AppPasswordWrong
            | Refusal::AppPasswordExpired => Self::ClientAuthentication,
            Refusal::RedirectUriMissing | Refusal::RedirectUriUnregistered | Refusal::RedirectUriMismatch => {
                Self::AddressExact
            }
            Refusal::RedirectUriForbidden | Refusal::FirstUseMalformed => Self::AddressKind,
            Refusal::FirstUseNotAllowed | Refusal::FirstUseDenied | Refusal::FirstUseNotListed => Self::FirstUse,
            Refusal::ResponseTypeMissing
            | Refusal::ResponseTypeUnsupported
            | Refusal::ResponseTypeNotAllowed
            | Refusal::ResponseModeUnsupported
            | Refusal::ResponseModeQuery => Self::ResponseType,
            Refusal::ScopeMalformed | Refusal::ScopeOpenidMissing | Refusal::ScopeWider | Refusal::ScopeUnknown => {
                Self::Scope
            }
            Refusal::PkceRequired
            | Refusal::PkceMethodUnsupported
            | Refusal::PkcePlainNotAllowed
            | Refusal::PkceChallengeMalformed
            | Refusal::PkceVerifierMissing
            | Refusal::PkceVerifierUnexpected
            | Refusal::PkceVerifierWrong => Self::Pkce,
            Refusal::StateTooLong | Refusal::StateMalformed | Refusal::NonceTooLong | Refusal::NonceMissing => {
                Self::NonceAndState
            }
            Refusal::LoginRequired
            | Refusal::LoginTooOld
            | Refusal::LoginOfAnother
            | Refusal::ConsentRequired
            | Refusal::AccountSelectionRequired
            | Refusal::IdTokenHintInvalid
            | Refusal::IdTokenHintEncrypted => Self::Prompt,
            Refusal::ConsentDenied => Self::PersonSaysNo,
            Refusal::PolicyDenied | Refusal::PolicyDeniedGrant | Refusal::UpstreamPolicyDenied => Self::Policy,
            Refusal::SubjectDisabled | Refusal::SubjectGone => Self::AccountActive,
            Refusal::CodeMissing
            | Refusal::CodeUnknown
            | Refusal::CodeExpired
            | Refusal::CodeSessionEnded
            | Refusal::CodeReused
            | Refusal::CodeOfAnotherClient
            | Refusal::CodeRedirectUriMissing
            | Refusal::CodeRedirectUriMismatch => Self::CodeOnce,
            Refusal::RefreshTokenMissing
            | Refusal::RefreshTokenUnknown
            | Refusal::RefreshTokenExpired
            | Refusal::RefreshTokenReused
            | Refusal::RefreshTokenOfAnotherClient
            | Refusal::GrantRevoked => Self::RefreshOnce,
            Refusal::GrantTypeUnsupported | Refusal::GrantTypeNotAllowed => Self::GrantType,
            Refusal::AssertionTypeUnsupported
            | Refusal::AssertionMissing
            | Refusal::AssertionMalformed
            | Refusal::AssertionUnknown
            | Refusal::AssertionForeign
            | Refusal::AssertionExpired
            | Refusal::AssertionTimesWrong
            | Refusal::AssertionIssuerWrong
            | Refusal::AssertionAudienceWrong
            | Refusal::AssertionSubjectMissing
            | Refusal::AssertionDead
            | Refusal::AssertionSignature => Self::Assertion,
            Refusal::AudienceUnknown | Refusal::ManagementNotGranted | Refusal::ManagementScopeNotGranted => {
                Self::Management
            }
            Refusal::DeviceCodeMissing
            | Refusal::DeviceCodeUnknown
            | Refusal::DeviceCodeOfAnotherClient
            | Refusal::DeviceCodeReused
            | Refusal::DeviceCodePending
            | Refusal::DeviceSlowDown
            | Refusal::DeviceCodeExpired
            | Refusal::DeviceCodeDenied
            | Refusal::DeviceRequestsTooMany => Self::Device,
            Refusal::ConnectionNotFound | Refusal::UpstreamSourceDisabled | Refusal::UpstreamNotConfigured => {
                Self::SourceOffered
            }
            Refusal::UpstreamAccessDenied
            | Refusal::UpstreamError
            | Refusal::UpstreamCodeMissing
            | Refusal::UpstreamTokenUnreachable
            | Refusal::UpstreamTokenRefused
            | Refusal::UpstreamTokenMalformed
            | Refusal::UpstreamTokenType
            | Refusal::UpstreamUserinfoUnreachable
            | Refusal::UpstreamUserinfoRefused
            | Refusal::UpstreamUserinfoMalformed
            | Refusal::UpstreamKeysUnreachable
            | Refusal::UpstreamRequestTokenRefused => Self::SourceAnswers,
            Refusal::UpstreamResponseIssuer
            | Refusal::UpstreamIdTokenMissing
            | Refusal::UpstreamIdTokenMalformed
            | Refusal::UpstreamAlgorithmWrong
            | Refusal::UpstreamKeyUnknown
            | Refusal::UpstreamSignatureWrong
            | Refusal::UpstreamIssuerWrong
            | Refusal::UpstreamAudienceWrong
            | Refusal::UpstreamAuthorizedPartyWrong
            | Refusal::UpstreamTokenExpired
            | Refusal::UpstreamTokenNotYetValid
            | Refusal::UpstreamTokenTooOld
            | Refusal::UpstreamTimesMalformed
            | Refusal::UpstreamNonceWrong
            | Refusal::UpstreamAtHashWrong
            | Refusal::UpstreamSubjectMalformed
            | Refusal::UpstreamSubjectMismatch
            | Refusal::UpstreamRequestTokenMismatch => Self::SourceProves,
            Refusal::UpstreamScriptFailed
            | Refusal::UpstreamMappingFailed
            | Refusal::UpstreamUserIdMissing
            | Refusal::UpstreamUserIdTooLong => Self::SourceProfile,
            Refusal::UpstreamSignInDisabled
            | Refusal::UpstreamAccountUnknown
            | Refusal::UpstreamEmailMissing
            | Refusal::UpstreamEmailTaken
            | Refusal::UpstreamEmailUnverified
            | Refusal::UpstreamEmailAmbiguous
            | Refusal::UpstreamSubaddress
            | Refusal::UpstreamUsernameTaken
            | Refusal::UpstreamUsernameMissing
            | Refusal::UpstreamLinkedToAnother
            | Refusal::UpstreamLinkNeedsLogin
            | Refusal::UpstreamGroupDenied => Self::Linking,
            Refusal::UpstreamStateInvalid
            | Refusal::TransactionUnknown
            | Refusal::TransactionForeign
            | Refusal::CsrfInvalid => Self::BrowserBinding,
            Refusal::LogoutHintInvalid | Refusal::LogoutHintMissing | Refusal::LogoutRedirectMismatch => Self::SignOut,
            Refusal::BearerMissing
            | Refusal::BearerTwice
            | Refusal::BearerUnknown
            | Refusal::BearerScope
            | Refusal::BearerInQuery
            | Refusal::GitHubScope => Self::Bearer,
            _ => Self::Ours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_refuses_something_and_has_words() {
        let mut names = std::collections::BTreeSet::new();
        for rule in Rule::ALL {
            assert!(names.insert(rule.as_str()), "{} stands twice", rule.as_str());
            assert!(rule.sentence().ends_with('.'), "{}", rule.sentence());
            let used = Refusal::ALL.iter().any(|refusal| Rule::of(*refusal) == *rule);
            assert!(used, "{} refuses nothing", rule.as_str());
        }
    }

    #[test]
    fn pages_that_say_more_are_there() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/refusals");
        for rule in Rule::ALL.iter().filter(|rule| !rule.page().is_empty()) {
            let page = rule.page().trim_start_matches("../../");
            let path = folder.join("../../..").join("docs").join(page);
            let stands = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../docs")
                .join(page);
            assert!(stands.exists(), "{} names {}", rule.as_str(), path.display());
        }
    }
}
