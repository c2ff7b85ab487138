//! The table of vendors. Where a vendor speaks both OpenID Connect and a profile of its own, the row takes OpenID Connect.

use super::{Habit, Parameters, Paths, Vendor};
use crate::upstream::source::{Pkce, SourceAuthMethod, SourceKind, UserinfoAuth};

const POST: SourceAuthMethod = SourceAuthMethod::ClientSecretPost;

/// Paths of nothing, to be written over.
const NOTHING: Paths = Paths {
    id: &["id"],
    username: &[],
    email: &[],
    verified: &[],
    name: &[],
    given_name: &[],
    family_name: &[],
    nickname: &[],
    picture: &[],
};

/// The profile of Microsoft Graph.
const GRAPH: Paths = Paths {
    username: &["userPrincipalName"],
    // A list stands for its first text.
    email: &["mail", "otherMails"],
    name: &["displayName"],
    given_name: &["givenName"],
    family_name: &["surname"],
    ..NOTHING
};

const ENTRA: Vendor = Vendor {
    key: "entraid",
    name: "Microsoft Entra ID",
    customisable: true,
    authorization_endpoint: Some("https://login.microsoftonline.com/common/oauth2/v2.0/authorize"),
    token_endpoint: Some("https://login.microsoftonline.com/common/oauth2/v2.0/token"),
    userinfo_endpoint: Some("https://graph.microsoft.com/v1.0/me"),
    jwks_uri: Some("https://login.microsoftonline.com/common/discovery/keys"),
    scopes: &["openid", "https://graph.microsoft.com/User.Read"],
    auth_method: POST,
    paths: GRAPH,
    habit: Habit::Entra,
    ..Vendor::BLANK
};

const TWITTER: Vendor = Vendor {
    key: "twitter",
    name: "Twitter",
    authorization_endpoint: Some("https://twitter.com/i/oauth2/authorize"),
    token_endpoint: Some("https://api.twitter.com/2/oauth2/token"),
    userinfo_endpoint: Some("https://api.twitter.com/2/users/me"),
    scopes: &["users.read", "tweet.read"],
    pkce: Pkce::S256,
    paths: Paths {
        id: &["data.id"],
        username: &["data.username"],
        name: &["data.name"],
        picture: &["data.profile_image_url"],
        ..NOTHING
    },
    ..Vendor::BLANK
};

pub(super) const VENDORS: [Vendor; 20] = [
    Vendor {
        key: "apple",
        name: "Apple",
        kind: SourceKind::Oidc,
        issuer: Some("https://appleid.apple.com"),
        authorization_endpoint: Some("https://appleid.apple.com/auth/authorize"),
        token_endpoint: Some("https://appleid.apple.com/auth/token"),
        jwks_uri: Some("https://appleid.apple.com/auth/keys"),
        id_token_signing_algs: &["ES256", "RS256"],
        scopes: &["name", "email"],
        auth_method: POST,
        authorization_params: &[("response_mode", "form_post")],
        paths: Paths {
            username: &[],
            name: &["name.full"],
            given_name: &["name.firstName"],
            family_name: &["name.lastName"],
            nickname: &[],
            picture: &[],
            ..Paths::OPENID
        },
        habit: Habit::Apple,
        ..Vendor::BLANK
    },
    Vendor {
        key: "azuread",
        name: "Azure AD",
        discovery_url: Some("https://login.microsoftonline.com/common/.well-known/openid-configuration"),
        // The answer of this older row was authenticated by Basic.
        auth_method: SourceAuthMethod::ClientSecretBasic,
        ..ENTRA
    },
    Vendor {
        key: "discord",
        name: "Discord",
        authorization_endpoint: Some("https://discord.com/api/oauth2/authorize"),
        token_endpoint: Some("https://discord.com/api/oauth2/token"),
        userinfo_endpoint: Some("https://discord.com/api/users/@me"),
        scopes: &["email", "identify"],
        authorization_params: &[("prompt", "none")],
        paths: Paths {
            username: &["username"],
            email: &["email"],
            verified: &["verified"],
            name: &["username"],
            ..NOTHING
        },
        ..Vendor::BLANK
    },
    ENTRA,
    Vendor {
        key: "facebook",
        name: "Facebook",
        authorization_endpoint: Some("https://www.facebook.com/v7.0/dialog/oauth"),
        token_endpoint: Some("https://graph.facebook.com/v7.0/oauth/access_token"),
        userinfo_endpoint: Some("https://graph.facebook.com/v7.0/me"),
        scopes: &["email"],
        auth_method: POST,
        // Only what is named is told.
        userinfo_params: &[("fields", "id,name,first_name,last_name,email,picture")],
        paths: Paths {
            username: &["name"],
            email: &["email"],
            name: &["name"],
            given_name: &["first_name"],
            family_name: &["last_name"],
            picture: &["picture.data.url"],
            ..NOTHING
        },
        ..Vendor::BLANK
    },
    Vendor {
        key: "github",
        name: "GitHub",
        customisable: true,
        authorization_endpoint: Some("https://github.com/login/oauth/authorize"),
        token_endpoint: Some("https://github.com/login/oauth/access_token"),
        userinfo_endpoint: Some("https://api.github.com/user"),
        // Those of its automation: what a source is trusted for as an issuer.
        jwks_uri: Some("https://token.actions.githubusercontent.com/.well-known/jwks"),
        scopes: &["read:user", "user:email"],
        auth_method: POST,
        paths: Paths {
            username: &["login"],
            email: &["email"],
            // Set by the habit, from the list of addresses; never a member of the profile itself.
            verified: &["email_verified"],
            name: &["name"],
            picture: &["avatar_url"],
            ..NOTHING
        },
        habit: Habit::GitHub,
        ..Vendor::BLANK
    },
    Vendor {
        key: "gitlab",
        name: "GitLab",
        kind: SourceKind::Oidc,
        customisable: true,
        issuer: Some("https://gitlab.com"),
        discovery_url: Some("https://gitlab.com/.well-known/openid-configuration"),
        authorization_endpoint: Some("https://gitlab.com/oauth/authorize"),
        token_endpoint: Some("https://gitlab.com/oauth/token"),
        userinfo_endpoint: Some("https://gitlab.com/oauth/userinfo"),
        jwks_uri: Some("https://gitlab.com/oauth/discovery/keys"),
        scopes: &["read_user", "openid", "profile", "email"],
        paths: Paths {
            username: &["preferred_username", "nickname"],
            ..Paths::OPENID
        },
        ..Vendor::BLANK
    },
    Vendor {
        key: "google",
        name: "Google",
        kind: SourceKind::Oidc,
        issuer: Some("https://accounts.google.com"),
        discovery_url: Some("https://accounts.google.com/.well-known/openid-configuration"),
        authorization_endpoint: Some("https://accounts.google.com/o/oauth2/v2/auth"),
        token_endpoint: Some("https://oauth2.googleapis.com/token"),
        userinfo_endpoint: Some("https://openidconnect.googleapis.com/v1/userinfo"),
        jwks_uri: Some("https://www.googleapis.com/oauth2/v3/certs"),
        id_token_signing_algs: &["RS256"],
        scopes: &["openid", "email", "profile"],
        auth_method: POST,
        // No name there is one that a person chose, so it is asked for.
        paths: Paths {
            username: &[],
            nickname: &[],
            ..Paths::OPENID
        },
        ..Vendor::BLANK
    },
    Vendor {
        key: "linkedin",
        name: "LinkedIn",
        // It speaks OpenID Connect, but its ID tokens do not repeat the nonce: who somebody is comes from the profile, for which we
        // show the access token that we redeemed ourselves.
        authorization_endpoint: Some("https://www.linkedin.com/oauth/v2/authorization"),
        token_endpoint: Some("https://www.linkedin.com/oauth/v2/accessToken"),
        userinfo_endpoint: Some("https://api.linkedin.com/v2/userinfo"),
        scopes: &["openid", "profile", "email"],
        auth_method: POST,
        // No name there is one that a person chose, so it is asked for.
        paths: Paths {
            username: &[],
            nickname: &[],
            ..Paths::OPENID
        },
        ..Vendor::BLANK
    },
    Vendor {
        key: "mailcow",
        name: "mailcow",
        customisable: true,
        scopes: &["profile"],
        userinfo_auth: UserinfoAuth::Query,
        paths: Paths {
            username: &["full_name"],
            email: &["email"],
            name: &["full_name"],
            ..NOTHING
        },
        ..Vendor::BLANK
    },
    Vendor {
        key: "microsoft",
        name: "Microsoft",
        kind: SourceKind::Oidc,
        issuer: Some("https://login.microsoftonline.com/{tenantid}/v2.0"),
        authorization_endpoint: Some("https://login.microsoftonline.com/common/oauth2/v2.0/authorize"),
        token_endpoint: Some("https://login.microsoftonline.com/common/oauth2/v2.0/token"),
        userinfo_endpoint: Some("https://graph.microsoft.com/oidc/userinfo"),
        jwks_uri: Some("https://login.microsoftonline.com/common/discovery/v2.0/keys"),
        id_token_signing_algs: &["RS256"],
        scopes: &["openid", "email", "profile", "User.Read"],
        auth_method: POST,
        paths: Paths {
            username: &["preferred_username"],
            nickname: &[],
            // The address there is one that needs a token of its own.
            picture: &[],
            ..Paths::OPENID
        },
        habit: Habit::Microsoft,
        ..Vendor::BLANK
    },
    Vendor {
        key: "okta",
        name: "Okta",
        kind: SourceKind::Oidc,
        customisable: true,
        scopes: &["openid", "email", "profile"],
        paths: Paths {
            username: &["nickname"],
            ..Paths::OPENID
        },
        ..Vendor::BLANK
    },
    Vendor {
        key: "openidconnect",
        name: "OpenID Connect",
        kind: SourceKind::Oidc,
        customisable: true,
        scopes: &["openid", "email", "profile"],
        paths: Paths::OPENID,
        ..Vendor::BLANK
    },
    Vendor {
        key: "patreon",
        name: "Patreon",
        authorization_endpoint: Some("https://www.patreon.com/oauth2/authorize"),
        token_endpoint: Some("https://www.patreon.com/api/oauth2/token"),
        userinfo_endpoint: Some("https://www.patreon.com/api/oauth2/api/current_user"),
        scopes: &["identity", "identity[email]"],
        auth_method: POST,
        paths: Paths {
            id: &["data.id"],
            username: &["data.attributes.vanity"],
            email: &["data.attributes.email"],
            verified: &["data.attributes.is_email_verified"],
            name: &["data.attributes.full_name"],
            picture: &["data.attributes.image_url"],
            ..NOTHING
        },
        ..Vendor::BLANK
    },
    Vendor {
        key: "reddit",
        name: "Reddit",
        authorization_endpoint: Some("https://www.reddit.com/api/v1/authorize"),
        token_endpoint: Some("https://www.reddit.com/api/v1/access_token"),
        userinfo_endpoint: Some("https://oauth.reddit.com/api/v1/me"),
        scopes: &["identity"],
        authorization_params: &[("duration", "permanent")],
        paths: Paths {
            username: &["name"],
            name: &["name"],
            ..NOTHING
        },
        ..Vendor::BLANK
    },
    Vendor {
        key: "slack",
        name: "Slack",
        authorization_endpoint: Some("https://slack.com/oauth/v2/authorize"),
        token_endpoint: Some("https://slack.com/api/oauth.v2.access"),
        userinfo_endpoint: Some("https://slack.com/api/openid.connect.userInfo"),
        scopes: &["openid", "email", "profile"],
        parameters: Parameters {
            scope: "user_scope",
            ..Parameters::STANDARD
        },
        paths: Paths {
            id: &["id", "sub"],
            username: &["name"],
            email: &["email"],
            verified: &["email_verified"],
            name: &["name"],
            given_name: &["given_name"],
            family_name: &["family_name"],
            picture: &["picture"],
            ..NOTHING
        },
        habit: Habit::Slack,
        ..Vendor::BLANK
    },
    Vendor {
        key: "twitch",
        name: "Twitch",
        authorization_endpoint: Some("https://id.twitch.tv/oauth2/authorize"),
        token_endpoint: Some("https://id.twitch.tv/oauth2/token"),
        userinfo_endpoint: Some("https://id.twitch.tv/oauth2/userinfo"),
        scopes: &["openid"],
        auth_method: POST,
        authorization_params: &[(
            "claims",
            r#"{"userinfo":{"email":null,"email_verified":null,"preferred_username":null,"picture":null}}"#,
        )],
        paths: Paths {
            id: &["sub"],
            username: &["preferred_username"],
            email: &["email"],
            verified: &["email_verified"],
            name: &["preferred_username"],
            picture: &["picture"],
            ..NOTHING
        },
        ..Vendor::BLANK
    },
    TWITTER,
    Vendor {
        key: "wechat",
        name: "WeChat",
        authorization_endpoint: Some("https://open.weixin.qq.com/connect/qrconnect"),
        token_endpoint: Some("https://api.weixin.qq.com/sns/oauth2/access_token"),
        userinfo_endpoint: Some("https://api.weixin.qq.com/sns/userinfo"),
        scopes: &["snsapi_login"],
        auth_method: POST,
        userinfo_auth: UserinfoAuth::Query,
        parameters: Parameters {
            client_id: "appid",
            client_secret: "secret",
            fragment: Some("wechat_redirect"),
            ..Parameters::STANDARD
        },
        paths: Paths {
            id: &["unionid", "openid"],
            username: &["unionid", "openid"],
            name: &["nickname"],
            nickname: &["nickname"],
            picture: &["headimgurl"],
            ..NOTHING
        },
        habit: Habit::WeChat,
        ..Vendor::BLANK
    },
    Vendor {
        key: "x",
        name: "X",
        authorization_endpoint: Some("https://x.com/i/oauth2/authorize"),
        token_endpoint: Some("https://api.x.com/2/oauth2/token"),
        userinfo_endpoint: Some("https://api.x.com/2/users/me"),
        ..TWITTER
    },
];
