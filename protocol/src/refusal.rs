//! Every reason for which a request is refused, each with a stable code of its own.
//!
//! The code is what an error page carries in `data-error-code`, what the recorder stores and what documentation
//! describes; the registered OAuth code is derived from it. Add rows freely; a code that stands is never given another
//! meaning.

use crate::error::ErrorCode;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $error:ident, $sentence:literal, $advice:literal;)*) => {
        /// Why a request is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Refusal {
            $(#[doc = $sentence] $name,)*
        }

        impl Refusal {
            /// All refusals, in the order of this file.
            pub const ALL: &'static [Refusal] = &[$(Refusal::$name,)*];

            /// The refusal of a stable code.
            #[must_use]
            pub fn of_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|refusal| refusal.code() == code)
            }

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Refusal::$name => $code,)* }
            }

            /// The registered OAuth error code.
            #[must_use]
            pub const fn error_code(self) -> ErrorCode {
                match self { $(Refusal::$name => ErrorCode::$error,)* }
            }

            /// What was wrong, in one sentence that anyone may read. It may stand in an `error_description`: printable
            /// ASCII without quotation mark and backslash (RFC 6749, section 5.2).
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Refusal::$name => $sentence,)* }
            }

            /// What to do next, for the developer or administrator of the application.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Refusal::$name => $advice,)* }
            }
        }
    };
}

refusals! {
    // Reading the request
    ParametersMalformed = "parameters_malformed", InvalidRequest,
        "The parameters could not be read.", "Send them as application/x-www-form-urlencoded in UTF-8.";
    ParameterRepeated = "parameter_repeated", InvalidRequest,
        "A parameter was sent more than once.", "Send each parameter once.";
    ParametersTooMany = "parameters_too_many", InvalidRequest,
        "There are too many parameters, or one is too long.", "Send fewer or shorter parameters.";
    // The client
    ClientMissing = "client_id_missing", InvalidRequest,
        "The application did not say who it is.", "Send client_id.";
    ClientUnknown = "client_unknown", InvalidClient,
        "No application is registered under this client_id.", "Compare client_id with the one shown in the application's settings.";
    ClientDisabled = "client_disabled", UnauthorizedClient,
        "This application is switched off.", "An administrator can switch it on again.";
    ClientAuthenticationMalformed = "client_authentication_malformed", InvalidClient,
        "The Authorization header could not be read.", "Send Basic and the base64 of client_id:client_secret.";
    ClientAuthenticationTwice = "client_authentication_twice", InvalidRequest,
        "The client authenticated in two ways at once.", "Use either the Authorization header or the request body.";
    ClientAuthenticationMissing = "client_authentication_missing", InvalidClient,
        "The client did not authenticate.", "Send the client secret by HTTP Basic or as client_secret.";
    ClientSecretWrong = "client_secret_wrong", InvalidClient,
        "The client secret is wrong.", "Compare the secret that the application uses with the registered one, or rotate it.";
    ClientAuthenticationMethod = "client_authentication_method", InvalidClient,
        "The client used an authentication method that is not registered for it.", "Use the registered token_endpoint_auth_method.";
    // The redirect URI
    RedirectUriMissing = "redirect_uri_missing", InvalidRequest,
        "The application did not say where to return to.", "Send redirect_uri.";
    RedirectUriUnregistered = "redirect_uri_unregistered", InvalidRequest,
        "The application has no return address registered.", "Register the redirect_uri in the application's settings.";
    RedirectUriMismatch = "redirect_uri_mismatch", InvalidRequest,
        "The return address is not one of those registered.", "Register exactly the redirect_uri that the application sends.";
    RedirectUriForbidden = "redirect_uri_forbidden", InvalidRequest,
        "A return address of this kind is never allowed.", "Use an https address, or a scheme of the application's own.";
    FirstUseMalformed = "first_use_malformed", InvalidRequest,
        "The application has no return address registered, and this one can not be one.", "Send a whole address, such as https://app.example.com/cb.";
    FirstUseNotAllowed = "first_use_not_allowed", InvalidRequest,
        "The application has no return address registered, and only an administrator may confirm one.", "Sign in as an administrator and begin again, or register the redirect_uri in the application's settings.";
    FirstUseDenied = "first_use_denied", AccessDenied,
        "The return address was not confirmed.", "Nothing was registered and nothing was sent. Register the redirect_uri in the application's settings.";
    FirstUseNotListed = "first_use_not_listed", InvalidRequest,
        "The return address is not in the list that sector_identifier_uri of the application names, or the list could not be read.", "Add the redirect_uri to that list and begin again, or register it in the application's settings.";
    // The authorization request
    ResponseTypeMissing = "response_type_missing", InvalidRequest,
        "The request has no response_type.", "Send response_type, for instance code.";
    ResponseTypeUnsupported = "response_type_unsupported", UnsupportedResponseType,
        "This response_type is not supported.", "Use code, or one of those that response_types_supported of discovery names.";
    ResponseTypeNotAllowed = "response_type_not_allowed", UnauthorizedClient,
        "This application may not use this response_type.", "Add authorization_code, implicit or hybrid to the application's grant_types.";
    ResponseModeUnsupported = "response_mode_unsupported", InvalidRequest,
        "This response_mode is not supported.", "Use query, fragment or form_post, or leave response_mode out.";
    ResponseModeQuery = "response_mode_query", InvalidRequest,
        "Tokens are never sent in a query.", "Use fragment or form_post, or leave response_mode out.";
    ScopeMalformed = "scope_malformed", InvalidScope,
        "The scope contains characters that are not allowed.", "Send scope names separated by single spaces.";
    ScopeOpenidMissing = "scope_openid_missing", InvalidScope,
        "This response_type needs the scope openid.", "Ask for openid, and map it in the application's settings.";
    StateTooLong = "state_too_long", InvalidRequest,
        "The state is too long.", "Keep state below 2048 characters.";
    StateMalformed = "state_malformed", InvalidRequest,
        "The state contains characters that a form can not carry unchanged.", "Use printable ASCII characters in state.";
    NonceTooLong = "nonce_too_long", InvalidRequest,
        "The nonce is too long.", "Keep nonce below 512 characters.";
    NonceMissing = "nonce_missing", InvalidRequest,
        "This response_type needs a nonce.", "Send a fresh random nonce and compare it with the one in the ID token.";
    PkceRequired = "pkce_required", InvalidRequest,
        "This application must use PKCE.", "Send code_challenge with code_challenge_method=S256.";
    PkceMethodUnsupported = "pkce_method_unsupported", InvalidRequest,
        "This code_challenge_method is not supported.", "Use code_challenge_method=S256.";
    PkcePlainNotAllowed = "pkce_plain_not_allowed", InvalidRequest,
        "The plain code_challenge_method is not allowed for this application.", "Use code_challenge_method=S256.";
    PkceChallengeMalformed = "pkce_challenge_malformed", InvalidRequest,
        "The code_challenge is malformed.", "Send the unpadded base64url of the SHA-256 of the code_verifier.";
    RequestObjectUnsupported = "request_object_unsupported", RequestNotSupported,
        "Request objects are not supported.", "Send the parameters themselves instead of request.";
    RequestUriUnsupported = "request_uri_unsupported", RequestUriNotSupported,
        "Request objects by reference are not supported.", "Send the parameters themselves instead of request_uri.";
    RegistrationUnsupported = "registration_unsupported", RegistrationNotSupported,
        "The registration parameter is not supported.", "Register the application beforehand.";
    MaxAgeMalformed = "max_age_malformed", InvalidRequest,
        "The max_age is not a whole number of seconds.", "Send max_age as a number of seconds, zero or more.";
    ClaimsMalformed = "claims_malformed", InvalidRequest,
        "The claims parameter could not be read.", "Send a JSON object with userinfo and id_token members.";
    IdTokenHintInvalid = "id_token_hint_invalid", InvalidRequest,
        "The id_token_hint is not an ID token of this server for this application.", "Send an ID token that this server issued.";
    IdTokenHintEncrypted = "id_token_hint_encrypted", InvalidRequest,
        "The id_token_hint is encrypted with a key of the application, which this server can not open.",
        "Decrypt it and send the signed ID token inside.";
    // The person
    LoginRequired = "login_required", LoginRequired,
        "The person is not signed in.", "Ask again without prompt=none.";
    LoginTooOld = "login_too_old", LoginRequired,
        "The sign-in is older than the application accepts.", "Ask again without prompt=none.";
    LoginOfAnother = "login_of_another", LoginRequired,
        "Another person is signed in than the one the application expects.", "Ask again without prompt=none.";
    ConsentRequired = "consent_required", ConsentRequired,
        "The person has not agreed yet.", "Ask again without prompt=none.";
    AccountSelectionRequired = "account_selection_required", AccountSelectionRequired,
        "The person has to choose an account.", "Ask again without prompt=none.";
    ConsentDenied = "consent_denied", AccessDenied,
        "The person did not agree.", "Nothing to repair: the person said no.";
    StepUpRequired = "step_up_required", InteractionRequired,
        "The application asks for a stronger sign-in than there has been.", "Ask again without prompt=none.";
    AcrUnmet = "acr_unmet", UnmetAuthenticationRequirements,
        "The application asks for a stronger sign-in than this account has.", "The person adds a second factor or a passkey under /account/factors. The classes that can be asked for are acr_values_supported of discovery.";
    PolicyDenied = "policy_denied", AccessDenied,
        "A rule of this application does not let this account in.", "An administrator can change the rules (policy bindings) of the application.";
    SubjectDisabled = "subject_disabled", AccessDenied,
        "This account is switched off.", "An administrator can switch it on again.";
    AdministratorOnly = "administrator_only", AccessDenied,
        "This page is for administrators.", "Sign in with an account that may administrate, or ask an administrator.";
    // Signing in through a source
    ConnectionNotFound = "connection_not_found", InvalidRequest,
        "The connection was not found.", "Name a source that is switched on and that offers itself to this application.";
    UpstreamSourceDisabled = "upstream_source_disabled", AccessDenied,
        "This way of signing in is switched off.", "Sign in another way. An administrator can switch the source on again.";
    UpstreamNotConfigured = "upstream_not_configured", ServerError,
        "The source lacks an address or a key that this sign-in needs.", "An administrator completes the settings of the source.";
    UpstreamStateInvalid = "upstream_state_invalid", InvalidRequest,
        "This sign-in through a source is no longer waiting, or was started in another browser.", "Start the sign-in again.";
    UpstreamAccessDenied = "upstream_access_denied", AccessDenied,
        "The sign-in was declined at the source.", "Start again when you want to sign in.";
    UpstreamError = "upstream_error", InvalidRequest,
        "The source answered with an error.", "Compare the settings of the source with those of the application that is registered there.";
    UpstreamCodeMissing = "upstream_code_missing", InvalidRequest,
        "The source sent the person back without an answer.", "Start the sign-in again.";
    UpstreamResponseIssuer = "upstream_response_issuer_wrong", InvalidRequest,
        "The answer comes from another issuer than the source.", "Compare the issuer of the source with iss in its answers.";
    UpstreamTokenUnreachable = "upstream_token_unreachable", ServerError,
        "The token endpoint of the source could not be reached.", "Try again; an administrator can test the source.";
    UpstreamTokenRefused = "upstream_token_refused", InvalidRequest,
        "The source did not redeem the code.", "Compare client_id, client_secret and redirect_uri with those that are registered at the source.";
    UpstreamTokenMalformed = "upstream_token_malformed", InvalidRequest,
        "The token endpoint of the source gave no access token.", "Compare token_endpoint with the documentation of the source.";
    UpstreamTokenType = "upstream_token_type_unsupported", InvalidRequest,
        "The source gave an access token of a kind that can not be used.", "Ask the source for bearer tokens.";
    UpstreamUserinfoUnreachable = "upstream_userinfo_unreachable", ServerError,
        "The profile address of the source could not be reached.", "Try again; an administrator can test the source.";
    UpstreamUserinfoRefused = "upstream_userinfo_refused", InvalidRequest,
        "The source did not give the profile.", "Compare userinfo_endpoint, userinfo_method, userinfo_auth and scopes with the documentation of the source.";
    UpstreamUserinfoMalformed = "upstream_userinfo_malformed", InvalidRequest,
        "The profile of the source is not one JSON object.", "Compare userinfo_endpoint with the documentation of the source.";
    UpstreamKeysUnreachable = "upstream_keys_unreachable", ServerError,
        "The keys of the source could not be read.", "Try again; an administrator can compare jwks_uri.";
    UpstreamIdTokenMissing = "upstream_id_token_missing", InvalidRequest,
        "The source gave no ID token.", "Ask for the scope openid, or make the source one of plain OAuth 2.0.";
    UpstreamIdTokenMalformed = "upstream_id_token_malformed", InvalidRequest,
        "The ID token of the source could not be read.", "Ask the source for a signed ID token that is not encrypted.";
    UpstreamAlgorithmWrong = "upstream_algorithm_wrong", InvalidRequest,
        "The source signs with an algorithm that is not accepted from it.", "Add the algorithm to id_token_signing_algs, if it is the right one.";
    UpstreamKeyUnknown = "upstream_key_unknown", InvalidRequest,
        "The source signs with a key that is not among its published ones.", "Compare jwks_uri or jwks with the keys of the source.";
    UpstreamSignatureWrong = "upstream_signature_wrong", InvalidRequest,
        "The signature of the source is not valid.", "Compare jwks_uri or jwks with the keys of the source.";
    UpstreamIssuerWrong = "upstream_issuer_wrong", InvalidRequest,
        "The ID token names another issuer than the source.", "Compare the issuer of the source with iss in its ID tokens, to the last slash.";
    UpstreamAudienceWrong = "upstream_audience_wrong", InvalidRequest,
        "The ID token is meant for another application.", "Compare client_id of the source with aud in its ID tokens.";
    UpstreamAuthorizedPartyWrong = "upstream_authorized_party_wrong", InvalidRequest,
        "The ID token was issued to another application.", "Compare client_id of the source with azp in its ID tokens.";
    UpstreamTokenExpired = "upstream_token_expired", InvalidRequest,
        "The ID token of the source has expired.", "Compare the clocks of both servers.";
    UpstreamTokenNotYetValid = "upstream_token_not_yet_valid", InvalidRequest,
        "The ID token of the source was issued in the future.", "Compare the clocks of both servers.";
    UpstreamTokenTooOld = "upstream_token_too_old", InvalidRequest,
        "The ID token of the source was issued too long ago.", "The source has to issue a new ID token for each sign-in.";
    UpstreamTimesMalformed = "upstream_times_malformed", InvalidRequest,
        "The ID token of the source lacks exp or iat, or they are not numbers.", "The source has to set both, in seconds.";
    UpstreamNonceWrong = "upstream_nonce_wrong", InvalidRequest,
        "The ID token does not belong to this sign-in.", "Start the sign-in again. The source has to repeat the nonce.";
    UpstreamAtHashWrong = "upstream_at_hash_wrong", InvalidRequest,
        "The ID token does not belong to the access token.", "The source has to set at_hash to the hash of the access token, or leave it out.";
    UpstreamSubjectMalformed = "upstream_subject_malformed", InvalidRequest,
        "The source does not say who came: sub is no text of 1 to 255 characters.", "The source has to set sub.";
    UpstreamSubjectMismatch = "upstream_subject_mismatch", InvalidRequest,
        "ID token and profile speak of different people.", "Compare userinfo_endpoint with the documentation of the source.";
    UpstreamRequestTokenRefused = "upstream_request_token_refused", InvalidRequest,
        "The source did not begin a sign-in.", "Compare the consumer key, its secret and request_token_endpoint with those of the source.";
    UpstreamRequestTokenMismatch = "upstream_request_token_mismatch", InvalidRequest,
        "The answer belongs to another sign-in.", "Start the sign-in again.";
    UpstreamScriptFailed = "upstream_script_failed", InvalidRequest,
        "The profile script of the source failed.", "An administrator can look at the script; the log holds its message.";
    UpstreamScriptUnavailable = "upstream_script_unavailable", TemporarilyUnavailable,
        "The profile script of the source could not be run at the moment.", "Try again in a moment. When it stays, an administrator finds the reason in the log.";
    UpstreamMappingFailed = "upstream_mapping_failed", ServerError,
        "A property mapping of the source failed.", "An administrator can look at the mapping; the log holds its message.";
    UpstreamUserIdMissing = "upstream_user_id_missing", InvalidRequest,
        "The profile names no user id.", "Compare attribute_mapping, the profile script or the scopes of the source with the profile that it gives.";
    UpstreamUserIdTooLong = "upstream_user_id_too_long", InvalidRequest,
        "The user id in the profile is longer than 255 characters.", "Map provider_user_id to a shorter, stable member of the profile.";
    UpstreamPolicyDenied = "upstream_policy_denied", AccessDenied,
        "A rule of this source does not let this account in.", "An administrator can change the rules (policy bindings) of the source.";
    UpstreamSignInDisabled = "upstream_sign_in_disabled", AccessDenied,
        "Existing accounts can not sign in through this source.", "Sign in another way. An administrator can allow it (allow_sign_in).";
    UpstreamAccountUnknown = "upstream_account_unknown", AccessDenied,
        "There is no account here for this person, and this source makes none.", "An administrator can make an account, or allow the source to (allow_sign_up, update_profile).";
    UpstreamEmailMissing = "upstream_email_missing", AccessDenied,
        "The source gave no e-mail address, and one is needed.", "Allow the address to be shared at the source, or map email_address.";
    UpstreamEmailTaken = "upstream_email_taken", AccessDenied,
        "Another account has the e-mail address of this person.", "Sign in to that account and connect the source there.";
    UpstreamEmailUnverified = "upstream_email_unverified", AccessDenied,
        "An account has this e-mail address, and it is not known on both sides to be the person's.", "Sign in to that account and connect the source there, or verify the address.";
    UpstreamEmailAmbiguous = "upstream_email_ambiguous", AccessDenied,
        "Several accounts have the e-mail address of this person.", "Sign in to one of them and connect the source there.";
    UpstreamSubaddress = "upstream_subaddress_blocked", AccessDenied,
        "This source makes no accounts for e-mail addresses with a part after a plus sign.", "Use an address without that part.";
    UpstreamUsernameTaken = "upstream_username_taken", AccessDenied,
        "Another account has the user name of this person.", "Sign in to that account and connect the source there.";
    UpstreamUsernameMissing = "upstream_username_missing", AccessDenied,
        "The source gave no user name, and one is needed.", "An administrator can map one with a property mapping.";
    UpstreamLinkedToAnother = "upstream_linked_to_another", AccessDenied,
        "This identity is connected with another account.", "Sign in to that account and disconnect it there first.";
    UpstreamLinkNeedsLogin = "upstream_link_needs_login", LoginRequired,
        "Connecting an account needs a fresh sign-in.", "Sign in again and repeat.";
    UpstreamGroupDenied = "upstream_group_denied", AccessDenied,
        "A group of this name exists already, and this source must not join it.", "An administrator can change group_matching_mode or the name of the group.";
    // The waiting request
    TransactionUnknown = "transaction_unknown", InvalidRequest,
        "This sign-in is no longer waiting.", "Go back to the application and start again.";
    TransactionForeign = "transaction_foreign", InvalidRequest,
        "This sign-in was started in another browser.", "Go back to the application and start again in this browser; cookies must be allowed.";
    CookieMissing = "cookie_missing", InvalidRequest,
        "The browser did not send back the cookie that this site had given it.",
        "Allow cookies for this site, and begin again. Where this page stands inside another site, open it in a window of its own.";
    AddressMismatch = "address_mismatch", InvalidRequest,
        "The browser came under another address than the one that this server is configured for, and cookies of one are not sent to the other.",
        "Begin again under the address that would be right. Whoever runs Vestibule sets public_url to the address that people use.";
    BrowserForeign = "form_of_another_browser", InvalidRequest,
        "This form was given to another browser session: to another window, or before cookies were cleared.",
        "Open the page again here, and repeat.";
    RepairImpossible = "repair_impossible", InvalidRequest,
        "Nothing was changed.", "Look at the refusal again: what it is about may have been changed meanwhile.";
    CsrfInvalid = "csrf_invalid", InvalidRequest,
        "The form did not come from this page.", "Open the page again and repeat; cookies must be allowed.";
    // The token request
    GrantTypeMissing = "grant_type_missing", InvalidRequest,
        "The request has no grant_type.", "Send grant_type.";
    GrantTypeUnsupported = "grant_type_unsupported", UnsupportedGrantType,
        "This grant_type is not supported.", "Use one of the grant_types_supported of the discovery document.";
    GrantTypeNotAllowed = "grant_type_not_allowed", UnauthorizedClient,
        "This application may not use this grant_type.", "Add it to the application's grant_types.";
    CodeMissing = "code_missing", InvalidRequest,
        "The request has no code.", "Send the code that came with the redirect.";
    CodeUnknown = "code_unknown", InvalidGrant,
        "The code is not known.", "Start a new sign-in; a code works once and for a short time.";
    CodeExpired = "code_expired", InvalidGrant,
        "The code has expired.", "Redeem a code at once, or raise access_code_validity.";
    CodeSessionEnded = "code_session_ended", InvalidGrant,
        "The browser session that the code came from has ended.", "Begin the sign-in again; redeem a code at once.";
    CodeReused = "code_reused", InvalidGrant,
        "The code was used before; everything it gave has been revoked.", "Redeem each code once.";
    CodeOfAnotherClient = "code_of_another_client", InvalidGrant,
        "The code was issued to another application.", "Redeem a code with the client_id it was issued to.";
    CodeRedirectUriMissing = "code_redirect_uri_missing", InvalidRequest,
        "The request has no redirect_uri.", "Send the redirect_uri of the authorization request.";
    CodeRedirectUriMismatch = "code_redirect_uri_mismatch", InvalidGrant,
        "The redirect_uri differs from the one of the authorization request.", "Send exactly the same redirect_uri.";
    PkceVerifierMissing = "pkce_verifier_missing", InvalidGrant,
        "The code_verifier is missing.", "Send the code_verifier that belongs to the code_challenge.";
    PkceVerifierUnexpected = "pkce_verifier_unexpected", InvalidGrant,
        "A code_verifier came, but the authorization request had no code_challenge.", "Send code_challenge in the authorization request.";
    PkceVerifierWrong = "pkce_verifier_wrong", InvalidGrant,
        "The code_verifier does not match.", "Keep the code_verifier of the same sign-in.";
    RefreshTokenMissing = "refresh_token_missing", InvalidRequest,
        "The request has no refresh_token.", "Send refresh_token.";
    RefreshTokenUnknown = "refresh_token_unknown", InvalidGrant,
        "The refresh token is not known.", "Sign in again.";
    RefreshTokenExpired = "refresh_token_expired", InvalidGrant,
        "The refresh token has expired.", "Sign in again.";
    RefreshTokenReused = "refresh_token_reused", InvalidGrant,
        "The refresh token was used before; everything of this sign-in has been revoked.", "Keep the newest refresh token and use each once.";
    RefreshTokenOfAnotherClient = "refresh_token_of_another_client", InvalidGrant,
        "The refresh token was issued to another application.", "Use it with the client_id it was issued to.";
    GrantRevoked = "grant_revoked", InvalidGrant,
        "This sign-in has been revoked.", "Sign in again.";
    ScopeWider = "scope_wider", InvalidScope,
        "The scope is wider than what was granted.", "Ask for the granted scopes or fewer.";
    ScopeUnknown = "scope_unknown", InvalidScope,
        "The application may not ask for one of these scopes.", "Add the scope mapping to the application.";
    MachineSecretWrong = "machine_secret_wrong", InvalidGrant,
        "The client_secret is neither the secret of the application nor a user name with an app password.", "Send the client secret, or the base64 of username:app-password.";
    AppPasswordMissing = "app_password_missing", InvalidRequest,
        "The request has a user name and no password.", "Send an app password of the account as password.";
    AppPasswordWrong = "app_password_wrong", InvalidGrant,
        "The user name or the app password is wrong.", "Send an app password of the account; its own password is never taken here.";
    AppPasswordExpired = "app_password_expired", InvalidGrant,
        "The app password has expired.", "Make a new app password for the account.";
    AssertionTypeUnsupported = "assertion_type_unsupported", InvalidGrant,
        "This client_assertion_type is not supported.", "Send client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.";
    AssertionMissing = "assertion_missing", InvalidGrant,
        "The request has no client_assertion.", "Send an access token of another application, or a token of a source, as client_assertion.";
    AssertionMalformed = "assertion_malformed", InvalidGrant,
        "The client_assertion is not a signed JWT.", "Send a JWT that is signed and not encrypted.";
    AssertionUnknown = "assertion_unknown", InvalidGrant,
        "The client_assertion is neither an access token of this server nor signed with a key of a source that is trusted.",
        "Send an access token of an application in federated_applications, or a token of a source in federated_sources.";
    AssertionForeign = "assertion_foreign", InvalidGrant,
        "The client_assertion comes from an application or a source that this application does not trust.", "Add it to federated_applications or federated_sources of this one.";
    AssertionExpired = "assertion_expired", InvalidGrant,
        "The client_assertion has expired.", "Get a new token and send that one.";
    AssertionTimesWrong = "assertion_times_wrong", InvalidGrant,
        "The client_assertion does not count yet, or it never ends.", "Send a token with exp, and compare the clocks of both sides.";
    AssertionIssuerWrong = "assertion_issuer_wrong", InvalidGrant,
        "The client_assertion names another issuer than the source whose key signed it.", "Correct the issuer of the source, or leave it out.";
    AssertionAudienceWrong = "assertion_audience_wrong", InvalidGrant,
        "The client_assertion is for somebody else.", "Ask the issuer for a token with one of the assertion_audiences of the source.";
    AssertionSubjectMissing = "assertion_subject_missing", InvalidGrant,
        "The client_assertion does not say whom it is about.", "Send a token with a sub of 1 to 255 characters.";
    AssertionDead = "assertion_dead", InvalidGrant,
        "The client_assertion does not count any more.", "Get a new access token; its account and its application have to be switched on.";
    AssertionSignature = "assertion_signature", InvalidGrant,
        "The client_assertion is not signed with the key that it names.", "Give the application that it was issued to a signing_key, as HS256 can not be checked by others; or read the keys of the source again.";
    SubjectGone = "subject_gone", InvalidGrant,
        "The account is gone or switched off.", "An administrator can switch it on again.";
    PolicyDeniedGrant = "policy_denied_grant", InvalidGrant,
        "A rule of this application does not let this account in.", "An administrator can change the rules (policy bindings) of the application.";
    // Devices
    DeviceCodeMissing = "device_code_missing", InvalidRequest,
        "The request has no device_code.", "Send the device_code that the device authorization endpoint answered with.";
    DeviceCodeUnknown = "device_code_unknown", InvalidGrant,
        "The device code is not known.", "Ask for a new device code; one works once and for some minutes.";
    DeviceCodeOfAnotherClient = "device_code_of_another_client", InvalidGrant,
        "The device code was issued to another application.", "Poll with the client_id that the device code was issued to.";
    DeviceCodeReused = "device_code_reused", InvalidGrant,
        "The device code was used before; everything it gave has been revoked.", "Stop polling when tokens have come.";
    DeviceCodePending = "device_code_pending", AuthorizationPending,
        "The person has not answered yet.", "Ask again after the interval.";
    DeviceSlowDown = "device_slow_down", SlowDown,
        "The device asks too often.", "Leave five seconds more between this and all later requests.";
    DeviceCodeExpired = "device_code_expired", ExpiredToken,
        "The device code has expired.", "Ask for a new device code, or raise device_code_validity.";
    DeviceCodeDenied = "device_code_denied", AccessDenied,
        "The device was not allowed in.", "Ask for a new device code when the person wants to try again.";
    DeviceRequestsTooMany = "device_requests_too_many", SlowDown,
        "There were too many requests for device codes.", "Wait for the time that Retry-After gives.";
    // Bearer tokens
    BearerMissing = "bearer_missing", InvalidToken,
        "No access token came with the request.", "Send Authorization: Bearer and the access token.";
    BearerTwice = "bearer_twice", InvalidRequest,
        "The access token came in more than one way.", "Send it in the Authorization header only.";
    BearerUnknown = "bearer_unknown", InvalidToken,
        "The access token is not known, has expired or was revoked.", "Ask for a new one.";
    BearerScope = "bearer_scope", InsufficientScope,
        "The access token does not carry the scope openid.", "Ask for the scope openid.";
    BearerInQuery = "bearer_in_query", InvalidRequest,
        "The access token stood in the address, where logs keep it.", "Send it in the Authorization header.";
    AudienceUnknown = "audience_unknown", AccessDenied,
        "There is no interface of this audience here.", "Send the audience of the management interface: the public address followed by /api/v2/.";
    ManagementNotGranted = "management_not_granted", AccessDenied,
        "This application may not act at the management interface.", "An administrator adds scopes to management_scopes of the application.";
    ManagementScopeNotGranted = "management_scope_not_granted", AccessDenied,
        "This application has not been granted one of these scopes of the management interface.", "Ask for scopes that stand in management_scopes of the application.";
    GitHubScope = "github_scope", InsufficientScope,
        "The access token does not carry the scope that this path needs.", "Ask for user:email or read:org at /login/oauth/authorize.";
    TokenMissing = "token_missing", InvalidRequest,
        "The request has no token.", "Send token.";
    // Sign-out
    LogoutHintInvalid = "logout_hint_invalid", InvalidRequest,
        "The id_token_hint is not an ID token of this server for this application.", "Send the ID token that the application got.";
    LogoutHintMissing = "logout_hint_missing", InvalidRequest,
        "A return address after sign-out needs an id_token_hint.", "Send id_token_hint with post_logout_redirect_uri.";
    LogoutRedirectMismatch = "logout_redirect_mismatch", InvalidRequest,
        "The return address after sign-out is not registered.", "Register it under post_logout_redirect_uris.";
    // The first administrator
    SetupLinkInvalid = "setup_link_invalid", InvalidRequest,
        "This link does not work any more.", "It works once and for one day, while there is no administrator. Start Vestibule again to get a new one.";
    MailLinkInvalid = "mail_link_invalid", InvalidRequest,
        "This link does not work any more.", "A link works once and for a short time, and a newer one takes its place. Ask for another one.";
    // Ours
    NotFound = "not_found", InvalidRequest,
        "There is nothing at this address.", "Compare the address with the one that you were given.";
    MethodNotAllowed = "method_not_allowed", InvalidRequest,
        "This address does not take requests of this method.", "Use POST with a form body.";
    ContentTypeUnsupported = "content_type_unsupported", InvalidRequest,
        "The body has the wrong content type.", "Send application/x-www-form-urlencoded.";
    BodyTooLarge = "body_too_large", InvalidRequest,
        "The body is too large.", "Keep the body below 64 KiB.";
    TooManyRequests = "too_many_requests", TemporarilyUnavailable,
        "There were too many requests.", "Wait for the time that Retry-After gives.";
    StorageUnavailable = "storage_unavailable", TemporarilyUnavailable,
        "The server can not reach its database at the moment.", "Try again in a moment.";
    StorageContended = "storage_contended", TemporarilyUnavailable,
        "Others changed the same records at the same moment.", "Try again in a moment.";
    Internal = "internal", ServerError,
        "Something went wrong on our side.", "Tell the administrator the request id.";
}

/// The page `docs/reference/refusals.md`: every refusal with its codes, its sentence and what to do.
#[must_use]
pub fn reference() -> String {
    let mut page = String::from(
        "# Refusals\n\n\
         <!-- Generated from protocol/src/refusal.rs; a test compares. -->\n\n\
         Every refusal has a code of its own. An error page carries it as `data-error-code` on `#error`, a JSON error as\n\
         `refusal` beside the registered `error` and `error_description`. A code that stands keeps its meaning.\n\
         The page of each code says what causes it, what a person and an administrator see, and what repairs it.\n\n\
         | code | `error` | what was wrong | what to do |\n|---|---|---|---|\n",
    );
    for refusal in Refusal::ALL {
        page.push_str(&format!(
            "| [`{}`](refusals/{}.md) | `{}` | {} | {} |\n",
            refusal.code(),
            refusal.code(),
            refusal.error_code().as_str(),
            refusal.sentence(),
            refusal.advice()
        ));
    }
    page
}
