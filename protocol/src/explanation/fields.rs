//! The field that a refusal is about, in the words of the standards.

use crate::refusal::Refusal;

/// The field, parameter or claim that a refusal is about; `None`: the name of the check says it.
#[must_use]
pub const fn field_of(refusal: Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::ClientMissing | Refusal::ClientUnknown => "client_id",
        Refusal::ClientDisabled => "enabled",
        Refusal::ClientAuthenticationMalformed
        | Refusal::ClientAuthenticationTwice
        | Refusal::ClientAuthenticationMissing
        | Refusal::ClientSecretWrong
        | Refusal::ClientAuthenticationMethod
        | Refusal::MachineSecretWrong => "client_authentication",
        Refusal::RedirectUriMissing
        | Refusal::RedirectUriUnregistered
        | Refusal::RedirectUriMismatch
        | Refusal::RedirectUriForbidden
        | Refusal::FirstUseMalformed
        | Refusal::FirstUseNotAllowed
        | Refusal::FirstUseDenied
        | Refusal::FirstUseNotListed
        | Refusal::CodeRedirectUriMissing
        | Refusal::CodeRedirectUriMismatch => "redirect_uri",
        Refusal::ResponseTypeMissing | Refusal::ResponseTypeUnsupported | Refusal::ResponseTypeNotAllowed => {
            "response_type"
        }
        Refusal::ResponseModeUnsupported | Refusal::ResponseModeQuery => "response_mode",
        Refusal::ScopeMalformed
        | Refusal::ScopeOpenidMissing
        | Refusal::ScopeWider
        | Refusal::ScopeUnknown
        | Refusal::ManagementScopeNotGranted => "scope",
        Refusal::StateTooLong | Refusal::StateMalformed => "state",
        Refusal::NonceTooLong | Refusal::NonceMissing => "nonce",
        Refusal::PkceRequired
        | Refusal::PkceMethodUnsupported
        | Refusal::PkcePlainNotAllowed
        | Refusal::PkceChallengeMalformed => "pkce",
        Refusal::PkceVerifierMissing | Refusal::PkceVerifierUnexpected | Refusal::PkceVerifierWrong => {
            "pkce code_verifier"
        }
        Refusal::LoginRequired
        | Refusal::LoginTooOld
        | Refusal::LoginOfAnother
        | Refusal::ConsentRequired
        | Refusal::AccountSelectionRequired => "prompt",
        Refusal::MaxAgeMalformed => "max_age",
        Refusal::IdTokenHintInvalid | Refusal::IdTokenHintEncrypted | Refusal::LogoutHintInvalid => "id_token_hint",
        Refusal::LogoutHintMissing => "id_token_hint",
        Refusal::LogoutRedirectMismatch => "post_logout_redirect_uri",
        Refusal::ConsentDenied => "consent",
        Refusal::PolicyDenied | Refusal::PolicyDeniedGrant | Refusal::UpstreamPolicyDenied => "policy",
        Refusal::SubjectDisabled | Refusal::SubjectGone => "is_active",
        Refusal::GrantTypeMissing | Refusal::GrantTypeUnsupported | Refusal::GrantTypeNotAllowed => "grant_type",
        Refusal::CodeMissing
        | Refusal::CodeUnknown
        | Refusal::CodeExpired
        | Refusal::CodeSessionEnded
        | Refusal::CodeReused
        | Refusal::CodeOfAnotherClient => "code",
        Refusal::RefreshTokenMissing
        | Refusal::RefreshTokenUnknown
        | Refusal::RefreshTokenExpired
        | Refusal::RefreshTokenReused
        | Refusal::RefreshTokenOfAnotherClient => "refresh_token",
        Refusal::ConnectionNotFound => "connection",
        Refusal::UpstreamStateInvalid => "upstream state",
        Refusal::UpstreamResponseIssuer => "upstream iss",
        Refusal::UpstreamIssuerWrong => "id_token iss",
        Refusal::UpstreamAudienceWrong => "id_token aud",
        Refusal::UpstreamAuthorizedPartyWrong => "id_token azp",
        Refusal::UpstreamTokenExpired => "id_token exp",
        Refusal::UpstreamTokenNotYetValid | Refusal::UpstreamTokenTooOld => "id_token iat",
        Refusal::UpstreamTimesMalformed => "id_token exp iat",
        Refusal::UpstreamNonceWrong => "id_token nonce",
        Refusal::UpstreamAtHashWrong => "id_token at_hash",
        Refusal::UpstreamSubjectMalformed => "id_token sub",
        Refusal::UpstreamSubjectMismatch => "userinfo sub",
        Refusal::UpstreamAlgorithmWrong => "id_token alg",
        Refusal::UpstreamKeyUnknown => "id_token kid",
        Refusal::UpstreamSignatureWrong => "id_token signature",
        Refusal::UpstreamIdTokenMissing | Refusal::UpstreamIdTokenMalformed => "id_token",
        Refusal::UpstreamTokenUnreachable
        | Refusal::UpstreamTokenRefused
        | Refusal::UpstreamTokenMalformed
        | Refusal::UpstreamTokenType => "token_endpoint",
        Refusal::UpstreamUserinfoUnreachable
        | Refusal::UpstreamUserinfoRefused
        | Refusal::UpstreamUserinfoMalformed => "userinfo_endpoint",
        Refusal::UpstreamKeysUnreachable => "jwks_uri",
        Refusal::UpstreamScriptFailed | Refusal::UpstreamScriptUnavailable => "profile_script",
        Refusal::UpstreamMappingFailed => "property_mappings",
        Refusal::UpstreamUserIdMissing | Refusal::UpstreamUserIdTooLong => "provider_user_id",
        Refusal::UpstreamSignInDisabled => "allow_sign_in",
        Refusal::UpstreamAccountUnknown => "allow_sign_up",
        Refusal::UpstreamEmailMissing
        | Refusal::UpstreamEmailTaken
        | Refusal::UpstreamEmailUnverified
        | Refusal::UpstreamEmailAmbiguous
        | Refusal::UpstreamUsernameTaken
        | Refusal::UpstreamUsernameMissing => "user_matching_mode",
        Refusal::UpstreamSubaddress => "block_email_subaddresses",
        Refusal::UpstreamGroupDenied => "group_matching_mode",
        Refusal::UpstreamSourceDisabled => "source enabled",
        Refusal::TransactionForeign | Refusal::TransactionUnknown => "browser",
        Refusal::CsrfInvalid => "csrf",
        Refusal::AssertionTypeUnsupported => "client_assertion_type",
        Refusal::AssertionMissing
        | Refusal::AssertionMalformed
        | Refusal::AssertionUnknown
        | Refusal::AssertionForeign
        | Refusal::AssertionDead
        | Refusal::AssertionSignature => "client_assertion",
        Refusal::AssertionExpired | Refusal::AssertionTimesWrong => "client_assertion exp",
        Refusal::AssertionIssuerWrong => "client_assertion iss",
        Refusal::AssertionAudienceWrong => "client_assertion aud",
        Refusal::AssertionSubjectMissing => "client_assertion sub",
        Refusal::DeviceCodeMissing
        | Refusal::DeviceCodeUnknown
        | Refusal::DeviceCodeOfAnotherClient
        | Refusal::DeviceCodeReused
        | Refusal::DeviceCodePending
        | Refusal::DeviceSlowDown
        | Refusal::DeviceCodeExpired
        | Refusal::DeviceCodeDenied => "device_code",
        _ => return None,
    })
}
