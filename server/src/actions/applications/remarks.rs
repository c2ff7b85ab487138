//! What may be saved about an application and is not good.

use protocol::client::{Application, ClientType, GrantType, LogoutMethod};
use protocol::redirect_uri::{Registered, Remark, check_registration, is_registered_origin};
use protocol::scope::ManagedScope;

use super::redirect_uris;
use crate::actions::outcome::Warning;
use crate::keys::Snapshot;

/// What is allowed but not good about an application.
#[must_use]
pub fn remarks(application: &Application, snapshot: &Snapshot) -> Vec<Warning> {
    let mut warnings = Vec::new();
    warnings.extend(redirect_uris::remarks(application));
    if application.allows(GrantType::Implicit) {
        warnings.push(Warning {
            field: "grant_types".to_owned(),
            code: "implicit_grant",
            message: "Tokens of the implicit flow pass through the browser; a code with PKCE does not show them there."
                .to_owned(),
            suggestion: Some("authorization_code".to_owned()),
        });
    }
    warnings.extend(on_sources(application, snapshot));
    warnings.extend(on_openid(application, snapshot));
    warnings.extend(on_logout_uri(application));
    if application.allow_plain_pkce {
        warnings.push(Warning {
            field: "allow_plain_pkce".to_owned(),
            code: "plain_pkce",
            message: "The method `plain` does not protect a code that others can see on its way out.".to_owned(),
            suggestion: Some("false".to_owned()),
        });
    }
    if application.client_type == ClientType::Public && !application.require_pkce {
        warnings.push(Warning {
            field: "require_pkce".to_owned(),
            code: "pkce_optional",
            message: "Without PKCE, whoever catches a code of a public application can redeem it.".to_owned(),
            suggestion: Some("true".to_owned()),
        });
    }
    warnings
}

/// Trusting an issuer that serves many, without asking whom its tokens are for, trusts all of those.
fn on_sources(application: &Application, snapshot: &Snapshot) -> Option<Warning> {
    let trusted = application.federated_sources.iter();
    let mut sources = trusted
        .filter_map(|id| snapshot.sources.of_id(id))
        .map(|found| &found.source);
    let open = sources.find(|source| source.assertion_audiences.is_none())?;
    Some(Warning {
        field: "federated_sources".to_owned(),
        code: "any_audience",
        message: format!(
            "Every token of `{}` is taken, whoever it is for: name its assertion_audiences, or bind a policy that looks at \
             oauth_jwt.",
            open.key
        ),
        suggestion: None,
    })
}

/// A scope without a mapping is dropped from every request; without `openid` nobody signs in by OpenID Connect.
fn on_openid(application: &Application, snapshot: &Snapshot) -> Option<Warning> {
    let openid = ManagedScope::Openid.as_str();
    let mut scopes = application.scope_mappings.iter().filter_map(|id| snapshot.mapping(id));
    let offered = scopes.any(|mapping| mapping.scope == openid);
    (application.signs_people_in() && !offered).then(|| Warning {
        field: "scope_mappings".to_owned(),
        code: "scope_without_mapping",
        message: "The scope `openid` has no mapping here: the application gets no ID token and no userinfo.".to_owned(),
        suggestion: Some(openid.to_owned()),
    })
}

fn on_logout_uri(application: &Application) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let Some(uri) = application.logout_uri.as_deref() else {
        return warnings;
    };
    let warning = |code, message: &str, suggestion| Warning {
        field: "logout_uri".to_owned(),
        code,
        message: message.to_owned(),
        suggestion,
    };
    if check_registration(uri) == Ok(Some(Remark::PlainHttp)) {
        let message = match application.logout_method {
            LogoutMethod::Frontchannel => "Browsers do not open an http address in a page of an https server.",
            _ => "An http address is called only when its network is in `outgoing.allow`.",
        };
        let secure = uri.strip_prefix("http:").map(|rest| format!("https:{rest}"));
        warnings.push(warning("plain_http", message, secure));
    }
    let origin = url::Url::parse(uri).map(|uri| uri.origin().ascii_serialization());
    if application.logout_method == LogoutMethod::Frontchannel
        && !application.redirect_uris.is_empty()
        && !origin.is_ok_and(|origin| is_registered_origin(application, &Registered::of(application), &origin))
    {
        let message = "Scheme, host and port are those of no redirect URI: the page there may not have the cookies of the \
                       application (OpenID Connect Front-Channel Logout 1.0, section 2).";
        warnings.push(warning("other_origin", message, None));
    }
    warnings
}
