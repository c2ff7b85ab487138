//! What usually lies behind a refusal, for whoever looks for the mistake.

use super::rules::Rule;
use crate::refusal::Refusal;

/// The likely causes of a refusal, the most likely first; a sentence each.
#[must_use]
pub const fn causes_of(refusal: Refusal) -> &'static [&'static str] {
    match refusal {
        Refusal::ClientUnknown => &[
            "The client_id in the settings of the application was copied from another installation, or has a space or letter too many.",
            "The application was deleted here, or its client_id was changed.",
        ],
        Refusal::ClientDisabled => &["An administrator switched the application off and has not switched it on again."],
        Refusal::ClientSecretWrong | Refusal::MachineSecretWrong => &[
            "The secret was rotated here and not replaced in the settings of the application.",
            "The secret was cut off or got quotation marks when it was copied into a file or variable.",
            "The application sends the secret of another environment.",
        ],
        Refusal::ClientAuthenticationMissing => &[
            "The application was set up as a public one there and as a confidential one here.",
            "A proxy on the way removes the Authorization header.",
        ],
        Refusal::ClientAuthenticationMethod => &[
            "The library of the application sends the secret in the body, and the header is registered here, or the other way round.",
        ],
        Refusal::ClientAuthenticationTwice => {
            &["The library of the application sends the secret in the header and in the body."]
        }
        Refusal::RedirectUriMismatch => &[
            "The application stands behind a proxy and believes that it is reached by http, or under another host.",
            "A slash at the end is there on one side only.",
            "The application is reached under a second name or port that was never registered.",
            "An update of the application changed the path of its callback.",
        ],
        Refusal::RedirectUriUnregistered => {
            &["The application was made without an address, and its time for learning one is over."]
        }
        Refusal::RedirectUriForbidden => {
            &["A scheme that runs code (javascript:, data:) or an address with white space was sent."]
        }
        Refusal::FirstUseNotAllowed => {
            &["The application still waits for its first sign-in, and somebody who is no administrator came first."]
        }
        Refusal::ResponseTypeNotAllowed => {
            &["The application uses the implicit or hybrid flow, which is not in its grant_types."]
        }
        Refusal::ScopeOpenidMissing => &[
            "The application asks for an ID token without asking for the scope openid.",
            "The scope openid is not mapped for the application.",
        ],
        Refusal::ScopeUnknown => &["The program asks for a scope that is not mapped for its application."],
        Refusal::PkceRequired => &["The application is too old to know PKCE, or PKCE is switched off in its settings."],
        Refusal::PkcePlainNotAllowed | Refusal::PkceMethodUnsupported => {
            &["The library of the application leaves out code_challenge_method, which means plain."]
        }
        Refusal::PkceVerifierMissing => {
            &["The application sends a challenge and redeems the code with another library, which knows nothing of it."]
        }
        Refusal::PkceVerifierUnexpected => {
            &["Something on the way removes code_challenge from the authorization request."]
        }
        Refusal::PkceVerifierWrong => &[
            "The application keeps one verifier for several tabs, and the last one wins.",
            "The verifier was hashed or encoded twice.",
        ],
        Refusal::StateMalformed => &["The application puts line breaks into state and asks for form_post."],
        Refusal::LoginRequired | Refusal::LoginTooOld => &[
            "A script of the application looks whether somebody is still signed in; when nobody is, this is its normal answer.",
            "The session ended, or the browser blocks our cookie inside the frame of another site.",
        ],
        Refusal::ConsentRequired => {
            &["The person has not agreed to this application yet, and prompt=none forbids to ask."]
        }
        Refusal::PolicyDenied | Refusal::PolicyDeniedGrant => &[
            "The person is not in the group that the rule asks for.",
            "An expression failed, and its failure_result is a no; the audit log has its message (configuration_error).",
        ],
        Refusal::SubjectDisabled | Refusal::SubjectGone => &[
            "The account was switched off or deleted.",
            "Somebody signed the account out everywhere; what is older than that is dead.",
        ],
        Refusal::CodeUnknown => &[
            "The application redeems something else than the code of the redirect, or redeems it at another installation.",
        ],
        Refusal::CodeSessionEnded => &[
            "The person signed out, or was signed out, before the application redeemed the code.",
            "The application redeems codes late.",
        ],
        Refusal::CodeExpired => {
            &["The application waits too long before it redeems the code, or the clocks of several nodes differ."]
        }
        Refusal::CodeReused => &[
            "A person reloaded the callback of the application, or went back.",
            "Two processes of the application redeem the same code.",
            "Somebody else got hold of the code.",
        ],
        Refusal::CodeRedirectUriMismatch => &[
            "The application computes redirect_uri anew for the token request, behind a proxy with another scheme or host.",
        ],
        Refusal::RefreshTokenReused => &[
            "The application runs twice and both refresh with the same token.",
            "The application did not store the new token before it stopped.",
            "Somebody else got hold of the token.",
        ],
        Refusal::RefreshTokenExpired | Refusal::GrantRevoked => {
            &["Nobody used the application for long, or the person or an administrator ended its access."]
        }
        Refusal::GrantTypeNotAllowed => &["The application uses a flow that is not in its grant_types."],
        Refusal::AssertionForeign => {
            &["The application or source that issued the token is not in federated_applications or federated_sources."]
        }
        Refusal::AssertionAudienceWrong => {
            &["The token was asked for another audience than those in assertion_audiences of the source."]
        }
        Refusal::ConnectionNotFound => &[
            "The name of the connection is wrong, the source is switched off, or it is not offered to this application.",
        ],
        Refusal::UpstreamSourceDisabled => {
            &["An administrator switched the source off while the person was on the way."]
        }
        Refusal::UpstreamStateInvalid => &[
            "The person took too long, used the back button, or opened the link in another browser.",
            "The browser dropped our cookie: plain http, or a mail program that opens links in a window of its own.",
        ],
        Refusal::UpstreamError => {
            &["The source does not know our client_id or redirect_uri, or does not allow one of the scopes."]
        }
        Refusal::UpstreamTokenRefused => &[
            "client_id or client_secret of the source are wrong, or the secret has expired there.",
            "The source wants the secret in the body, and it is sent in the header, or the other way round.",
            "The redirect_uri registered at the source differs from ours.",
        ],
        Refusal::UpstreamTokenUnreachable | Refusal::UpstreamUserinfoUnreachable | Refusal::UpstreamKeysUnreachable => {
            &[
                "The source is down, slow, or has moved.",
                "Its address is private and not listed in outgoing.allow.",
                "Its certificate is not valid.",
            ]
        }
        Refusal::UpstreamIssuerWrong | Refusal::UpstreamResponseIssuer => &[
            "The issuer of the source has a slash too many or too few, or http instead of https.",
            "The source moved to another address.",
        ],
        Refusal::UpstreamAudienceWrong | Refusal::UpstreamAuthorizedPartyWrong => {
            &["The client_id here is that of another registration at the source."]
        }
        Refusal::UpstreamKeyUnknown | Refusal::UpstreamSignatureWrong => {
            &["The source changed its keys and publishes them elsewhere, or keys that were pasted are old."]
        }
        Refusal::UpstreamTokenExpired | Refusal::UpstreamTokenNotYetValid => {
            &["The clock of this server or of the source is wrong."]
        }
        Refusal::UpstreamIdTokenMissing => {
            &["The scope openid is not asked for, or the source speaks plain OAuth 2.0."]
        }
        Refusal::UpstreamScriptUnavailable => &[
            "Too many scripts run at the moment, of one source or of all: a source that they read from is slow.",
            "Another script ended the process in which this one ran, and this one had written something elsewhere before.",
            "The server can not start a process for scripts: its log says why.",
        ],
        Refusal::UpstreamUserIdMissing => &["The mapping of provider_user_id names a member that the profile has not."],
        Refusal::UpstreamAccountUnknown => {
            &["The source makes no accounts (allow_sign_up, update_profile), and nobody made one for this person."]
        }
        Refusal::UpstreamSignInDisabled => &["allow_sign_in of the source is off."],
        Refusal::UpstreamEmailUnverified | Refusal::UpstreamEmailTaken => {
            &["The person has an account of another origin with the same address."]
        }
        Refusal::UpstreamUsernameTaken => &["The person, or somebody else, has an account with the same user name."],
        Refusal::TransactionUnknown | Refusal::TransactionForeign | Refusal::CsrfInvalid => &[
            "The person used the back button or an old tab.",
            "The browser dropped our cookie: it blocks cookies, or the page is reached by http while public_url says https.",
        ],
        Refusal::RepairImpossible => {
            &["Another administrator was faster, or what the repair needs is not there any more."]
        }
        Refusal::LogoutRedirectMismatch => {
            &["Return addresses after sign-out are a list of their own: the one for sign-in does not count here."]
        }
        Refusal::DeviceCodeExpired => &["The person did not type the code in time."],
        Refusal::StorageUnavailable => &["The database is down, restarting, or full."],
        _ => match Rule::of(refusal) {
            Rule::Form => &["The library of the application builds the request otherwise than the standard says."],
            Rule::ClientAuthentication => {
                &["The credentials in the settings of the application are not those that are registered here."]
            }
            Rule::ResponseType | Rule::NonceAndState | Rule::Pkce | Rule::Prompt | Rule::Scope => {
                &["The settings of the application, or its library, ask for something that is not registered here."]
            }
            Rule::CodeOnce | Rule::RefreshOnce | Rule::GrantType => {
                &["The application sends something else than what it got."]
            }
            Rule::Assertion | Rule::Management => &["The program sends another token than the one that is expected."],
            Rule::Device => &["The device does not follow the answers that it gets."],
            Rule::SourceOffered | Rule::SourceAnswers | Rule::SourceProves | Rule::SourceProfile => {
                &["The settings of the source here do not fit what the source does."]
            }
            Rule::Linking => {
                &["An account here and the identity at the source do not fit together under the rules of the source."]
            }
            Rule::SignOut => &["The application signs people out with something else than what it got at sign-in."],
            Rule::Bearer => &["The application keeps a token longer than it lives, or uses one of another purpose."],
            Rule::PersonSaysNo => &["The person decided so."],
            _ => &["The log holds the details under the case number."],
        },
    }
}
