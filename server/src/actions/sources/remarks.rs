//! What is allowed about a source but not good.

use protocol::upstream::{Pkce, Source, SourceKind, UserMatchingMode};

use crate::actions::outcome::Warning;

/// Remarks on a source.
#[must_use]
pub fn remarks(source: &Source) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut remark = |field: &str, code: &'static str, message: &str, suggestion: Option<&str>| {
        warnings.push(Warning {
            field: field.to_owned(),
            code,
            message: message.to_owned(),
            suggestion: suggestion.map(str::to_owned),
        });
    };
    let plain = [
        ("authorization_endpoint", &source.authorization_endpoint),
        ("token_endpoint", &source.token_endpoint),
        ("userinfo_endpoint", &source.userinfo_endpoint),
    ];
    for (field, address) in plain {
        if address.as_deref().is_some_and(|address| address.starts_with("http:")) {
            remark(
                field,
                "plain_http",
                "This address is called without TLS; tokens can be read on the way.",
                None,
            );
        }
    }
    if source.kind != SourceKind::Oauth1
        && !source.has_client_secret
        && source.pkce == Pkce::None
        && source.has_button()
    {
        let message = "Without a client secret nothing but PKCE protects codes on their way.";
        remark("pkce", "pkce_missing", message, Some("S256"));
    }
    if source.pkce == Pkce::Plain {
        let message = "A plain challenge protects nobody who sees the authorization request.";
        remark("pkce", "pkce_plain", message, Some("S256"));
    }
    if source.user_matching_mode == UserMatchingMode::UsernameLink {
        let message = "Whoever takes a user name at the source gets the account of that name here; do so only when the source \
                       gives names to the same people.";
        remark("user_matching_mode", "username_link", message, Some("identifier"));
    }
    if !source.allow_sign_in && !source.allow_sign_up && source.enabled {
        remark(
            "allow_sign_in",
            "nobody",
            "Nobody can sign in or get an account through this source.",
            None,
        );
    }
    warnings
}
