//! What the vendors answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::jose::{Algorithm, SigningKey};
use serde_json::{Value, json};

/// Who comes in.
#[derive(Clone, Copy)]
pub(super) struct Expected {
    pub(super) id: &'static str,
    /// `None`: the person is asked.
    pub(super) username: Option<&'static str>,
    pub(super) name: &'static str,
    pub(super) email: Option<&'static str>,
    pub(super) verified: bool,
}

/// A vendor and what it answers.
pub(super) struct Vendor {
    pub(super) preset: &'static str,
    /// What the source has beyond the preset.
    pub(super) source: Value,
    pub(super) token: Value,
    pub(super) id_token: Option<Value>,
    pub(super) profile: Value,
    /// The answer of every other address.
    pub(super) beside: Value,
    /// Apple's form field of the first sign-in.
    pub(super) user: Option<&'static str>,
    /// Method, path and kind of authorization of each call.
    pub(super) calls: &'static [&'static str],
    pub(super) expected: Expected,
}

impl Vendor {
    fn new(preset: &'static str, token: Value, profile: Value, expected: Expected) -> Self {
        Self {
            preset,
            source: json!({}),
            token,
            id_token: None,
            profile,
            beside: Value::Null,
            user: None,
            calls: &["POST token none", "GET profile Bearer"],
            expected,
        }
    }
}

fn bearer(scope: &str) -> Value {
    json!({ "access_token": "vendor-token", "token_type": "Bearer", "expires_in": 3600, "scope": scope })
}

/// All of them.
pub(super) fn all() -> Vec<Vendor> {
    [plain(), nested(), openid()].into_iter().flatten().collect()
}

/// Profiles of one level.
fn plain() -> Vec<Vendor> {
    vec![
        // Discord, API v10: OAuth2 and Get Current User.
        Vendor {
            calls: &["POST token Basic", "GET profile Bearer"],
            ..Vendor::new(
                "discord",
                json!({
                    "access_token": "6qrZcUqja7812RVdnEKjpzOL4CvHBFG", "token_type": "Bearer", "expires_in": 604_800,
                    "refresh_token": "D43f5y0ahjqew82jZ4NViEr2YafMKhue", "scope": "identify email",
                }),
                json!({
                    "id": "80351110224678912", "username": "nelly", "discriminator": "0", "global_name": "Nelly",
                    "avatar": "8342729096ea3675442027381ff50dfe", "verified": true, "email": "nelly@discord.example",
                    "flags": 64, "banner": null, "accent_color": 16_711_680, "premium_type": 1, "public_flags": 64,
                    "mfa_enabled": true, "locale": "en-US",
                }),
                Expected {
                    id: "80351110224678912",
                    username: Some("nelly"),
                    name: "nelly",
                    email: Some("nelly@discord.example"),
                    verified: true,
                },
            )
        },
        // Facebook, Graph API v7.0: me with the fields id, name and email.
        Vendor::new(
            "facebook",
            json!({ "access_token": "EAAB", "token_type": "bearer", "expires_in": 5_183_944 }),
            json!({ "id": "10152368852405295", "name": "Noor Haddad", "email": "noor@facebook.example" }),
            Expected {
                id: "10152368852405295",
                username: Some("Noor Haddad"),
                name: "Noor Haddad",
                email: Some("noor@facebook.example"),
                verified: false,
            },
        ),
        // GitHub, REST API 2022-11-28: the authenticated user, and its addresses.
        Vendor {
            beside: json!([
                { "email": "octocat@work.example", "verified": true, "primary": false, "visibility": null },
                { "email": "octocat@github.example", "verified": true, "primary": true, "visibility": "private" },
            ]),
            calls: &["POST token none", "GET profile Bearer", "GET profile/emails Bearer"],
            ..Vendor::new(
                "github",
                json!({ "access_token": "gho_16C7e42F292c6912E7", "scope": "read:user,user:email", "token_type": "bearer" }),
                json!({
                    "login": "octocat", "id": 583_231, "node_id": "MDQ6VXNlcjE=", "type": "User", "site_admin": false,
                    "avatar_url": "https://github.example/images/octocat.gif", "gravatar_id": "",
                    "html_url": "https://github.example/octocat", "name": "monalisa octocat", "company": "GitHub",
                    "blog": "", "location": "San Francisco", "email": null, "hireable": false, "bio": null,
                    "two_factor_authentication": true, "public_repos": 2, "created_at": "2008-01-14T04:33:35Z",
                    "plan": { "name": "Medium", "space": 400, "private_repos": 20, "collaborators": 0 },
                }),
                Expected {
                    id: "583231",
                    username: Some("octocat"),
                    name: "monalisa octocat",
                    email: Some("octocat@github.example"),
                    verified: true,
                },
            )
        },
        // mailcow 2024-08: the profile of its OAuth2 server, asked with the token in the query.
        Vendor {
            source: json!({ "authorization_endpoint": "https://mail.example/oauth/authorize" }),
            calls: &["POST token Basic", "GET profile none"],
            ..Vendor::new(
                "mailcow",
                bearer("profile"),
                json!({
                    "success": true, "username": "noor@mailcow.example", "id": "noor@mailcow.example",
                    "identifier": "noor@mailcow.example", "email": "noor@mailcow.example", "full_name": "Noor of mailcow",
                    "displayName": "Noor of mailcow", "created": "2024-08-01 10:00:00", "modified": null, "active": 1,
                }),
                Expected {
                    id: "noor@mailcow.example",
                    username: Some("Noor of mailcow"),
                    name: "Noor of mailcow",
                    email: Some("noor@mailcow.example"),
                    verified: false,
                },
            )
        },
        // Reddit, API v1: me.
        Vendor {
            calls: &["POST token Basic", "GET profile Bearer"],
            ..Vendor::new(
                "reddit",
                json!({ "access_token": "r", "token_type": "bearer", "expires_in": 86_400, "scope": "identity" }),
                json!({
                    "id": "9fdk2", "name": "noor_reads", "created_utc": 1_500_000_000.0, "link_karma": 1,
                    "comment_karma": 7, "is_gold": false, "has_verified_email": true, "over_18": false,
                }),
                Expected {
                    id: "9fdk2",
                    username: Some("noor_reads"),
                    name: "noor_reads",
                    email: None,
                    verified: false,
                },
            )
        },
        // Twitch, OpenID Connect userinfo (2024), after its `claims` parameter.
        Vendor::new(
            "twitch",
            json!({ "access_token": "t", "expires_in": 14_346, "refresh_token": "r", "scope": ["openid"], "token_type": "bearer" }),
            json!({
                "aud": "client", "exp": 1_800_000_000, "iat": 1_700_000_000, "iss": "https://id.twitch.tv/oauth2",
                "sub": "713936733", "email": "noor@twitch.example", "email_verified": true,
                "preferred_username": "noorlive", "picture": "https://static.twitch.example/300.png",
            }),
            Expected {
                id: "713936733",
                username: Some("noorlive"),
                name: "noorlive",
                email: Some("noor@twitch.example"),
                verified: true,
            },
        ),
        // WeChat, sns API (2024): its own names, and the secret in the query of a GET.
        Vendor {
            calls: &["GET token none", "GET profile none"],
            ..Vendor::new(
                "wechat",
                json!({
                    "access_token": "wx", "expires_in": 7200, "refresh_token": "r", "openid": "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
                    "scope": "snsapi_login", "unionid": "o6_bmasdasdsad6_2sgVt7hMZOPfL",
                }),
                json!({
                    "openid": "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "nickname": "Noor at WeChat", "sex": 2, "province": "PROVINCE",
                    "city": "CITY", "country": "COUNTRY", "headimgurl": "https://thirdwx.example/mmopen/0",
                    "privilege": [], "unionid": "o6_bmasdasdsad6_2sgVt7hMZOPfL",
                }),
                Expected {
                    id: "o6_bmasdasdsad6_2sgVt7hMZOPfL",
                    username: Some("o6_bmasdasdsad6_2sgVt7hMZOPfL"),
                    name: "Noor at WeChat",
                    email: None,
                    verified: false,
                },
            )
        },
    ]
}

/// Profiles inside something else, tokens inside something else, and those of Microsoft Graph.
fn nested() -> Vec<Vendor> {
    let graph = |id: &str, who: &str| {
        json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity", "businessPhones": ["+1 425 555 0109"],
            "displayName": "Adele Vance", "givenName": "Adele", "jobTitle": "Retail Manager", "mail": format!("{who}@contoso.example"),
            "mobilePhone": null, "officeLocation": "18/2111", "preferredLanguage": "en-US", "surname": "Vance",
            "userPrincipalName": format!("{who}@contoso.example"), "id": id,
        })
    };
    let x = |id: &str, name: &str| json!({ "data": { "id": id, "name": "Noor Haddad", "username": name } });
    let mut found = vec![
        // Microsoft Graph v1.0, behind the older row and the newer one.
        Vendor {
            source: json!({ "discovery_url": null, "authorization_endpoint": "https://login.example/authorize" }),
            calls: &["POST token Basic", "GET profile Bearer"],
            ..Vendor::new(
                "azuread",
                bearer("User.Read"),
                graph("87d349ed-44d7-43e1-9a83-5f2406dee5bd", "adele"),
                Expected {
                    id: "87d349ed-44d7-43e1-9a83-5f2406dee5bd",
                    username: Some("adele@contoso.example"),
                    name: "Adele Vance",
                    email: Some("adele@contoso.example"),
                    verified: false,
                },
            )
        },
        Vendor::new(
            "entraid",
            bearer("openid User.Read"),
            graph("48d31887-5fad-4d73-a9f5-3c356e68a038", "adelev"),
            Expected {
                id: "48d31887-5fad-4d73-a9f5-3c356e68a038",
                username: Some("adelev@contoso.example"),
                name: "Adele Vance",
                email: Some("adelev@contoso.example"),
                verified: false,
            },
        ),
        // Patreon, API v1: current_user as a JSON:API document.
        Vendor::new(
            "patreon",
            json!({ "access_token": "p", "refresh_token": "r", "expires_in": 2_678_400, "scope": "identity identity[email]", "token_type": "Bearer" }),
            json!({
                "data": {
                    "attributes": {
                        "about": null, "created": "2018-01-01T00:00:00+00:00", "email": "noor@patreon.example",
                        "first_name": "Noor", "full_name": "Noor Haddad", "image_url": "https://c8.patreon.example/2/200/1",
                        "is_email_verified": true, "last_name": "Haddad", "url": "https://www.patreon.example/noorp", "vanity": "noorp",
                    },
                    "id": "32187", "relationships": { "pledges": { "data": [] } }, "type": "user",
                },
                "links": { "self": "https://www.patreon.example/api/user/32187" },
            }),
            Expected {
                id: "32187",
                username: Some("noorp"),
                name: "Noor Haddad",
                email: Some("noor@patreon.example"),
                verified: true,
            },
        ),
        // Slack, oauth.v2.access and openid.connect.userInfo (2024): the token of the person inside that of the application.
        Vendor {
            calls: &["POST token Basic", "GET profile Bearer"],
            ..Vendor::new(
                "slack",
                json!({
                    "ok": true, "access_token": "xoxb-17653672481", "token_type": "bot", "scope": "commands", "bot_user_id": "U0KRQLJ9H",
                    "app_id": "A0KRD7HC3", "team": { "name": "Slack Softball Team", "id": "T9TK3CUKW" }, "enterprise": null,
                    "authed_user": { "id": "U1234", "scope": "openid,email,profile", "access_token": "xoxp-1234", "token_type": "user" },
                }),
                json!({
                    "ok": true, "sub": "U0R7JM", "https://slack.com/user_id": "U0R7JM", "https://slack.com/team_id": "T0R7GR",
                    "email": "krane@slack.example", "email_verified": true, "date_email_verified": 1_622_128_723, "name": "krane",
                    "picture": "https://secure.gravatar.example/avatar/1.png", "given_name": "Bront", "family_name": "Labradoodle",
                    "locale": "en-US", "https://slack.com/team_name": "kraneflannel",
                }),
                Expected {
                    id: "U0R7JM",
                    username: Some("krane"),
                    name: "krane",
                    email: Some("krane@slack.example"),
                    verified: true,
                },
            )
        },
    ];
    // X, API v2, under its old name and its new one.
    for (preset, id, name) in [("twitter", "2244994945", "noor_tw"), ("x", "2244994946", "noor_x")] {
        found.push(Vendor {
            calls: &["POST token Basic", "GET profile Bearer"],
            ..Vendor::new(
                preset,
                json!({ "token_type": "bearer", "expires_in": 7200, "access_token": "x", "scope": "users.read tweet.read" }),
                x(id, name),
                Expected {
                    id,
                    username: Some(name),
                    name: "Noor Haddad",
                    email: None,
                    verified: false,
                },
            )
        });
    }
    found
}

/// Those that speak OpenID Connect.
fn openid() -> Vec<Vendor> {
    let tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
    vec![
        // Apple (2024): no profile address, the name once and beside the code, the secret signed by us.
        Vendor {
            source: json!({ "userinfo_endpoint": null, "client_id": "example.service;TEAM123456;KEY1234567", "client_secret": pem() }),
            id_token: Some(json!({
                "iss": "https://appleid.apple.com", "aud": "example.service", "sub": "001234.a1b2c3.0123",
                "email": "noor@privaterelay.example", "email_verified": "true", "is_private_email": "true", "auth_time": 1_700_000_000,
                "nonce_supported": true,
            })),
            user: Some(
                "{\"name\":{\"firstName\":\"Noor\",\"lastName\":\"Haddad\"},\"email\":\"noor@privaterelay.example\"}",
            ),
            calls: &["POST token none"],
            ..Vendor::new(
                "apple",
                json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r" }),
                Value::Null,
                Expected {
                    id: "001234.a1b2c3.0123",
                    username: None,
                    name: "Noor Haddad",
                    email: Some("noor@privaterelay.example"),
                    verified: true,
                },
            )
        },
        // GitLab 17: OpenID Connect with its userinfo.
        Vendor {
            source: json!({ "discovery_url": null }),
            id_token: Some(json!({
                "iss": "https://gitlab.com", "sub": "1234567", "aud": "client", "auth_time": 1_700_000_000, "name": "Noor Haddad",
                "nickname": "noorlab", "preferred_username": "noorlab", "email": "noor@gitlab.example", "email_verified": true,
            })),
            calls: &["POST token Basic", "GET profile Bearer"],
            ..Vendor::new(
                "gitlab",
                bearer("read_user openid profile email"),
                json!({
                    "sub": "1234567", "name": "Noor Haddad", "nickname": "noorlab", "preferred_username": "noorlab",
                    "email": "noor@gitlab.example", "email_verified": true, "profile": "https://gitlab.example/noorlab",
                    "picture": "https://gitlab.example/uploads/avatar.png", "groups": [],
                }),
                Expected {
                    id: "1234567",
                    username: Some("noorlab"),
                    name: "Noor Haddad",
                    email: Some("noor@gitlab.example"),
                    verified: true,
                },
            )
        },
        // Google, OpenID Connect (2024).
        Vendor {
            source: json!({ "discovery_url": null }),
            id_token: Some(json!({
                "iss": "https://accounts.google.com", "azp": "client", "aud": "client", "sub": "10769150350006150715113082367",
                "email": "noor@google.example", "email_verified": true, "hd": "google.example",
            })),
            ..Vendor::new(
                "google",
                bearer(
                    "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
                ),
                json!({
                    "sub": "10769150350006150715113082367", "name": "Noor Haddad", "given_name": "Noor", "family_name": "Haddad",
                    "picture": "https://lh3.googleusercontent.example/a/photo", "email": "noor@google.example", "email_verified": true,
                    "hd": "google.example",
                }),
                Expected {
                    id: "10769150350006150715113082367",
                    username: None,
                    name: "Noor Haddad",
                    email: Some("noor@google.example"),
                    verified: true,
                },
            )
        },
        // Microsoft identity platform v2.0: the issuer names the tenant.
        Vendor {
            id_token: Some(json!({
                "ver": "2.0", "iss": format!("https://login.microsoftonline.com/{tenant}/v2.0"), "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
                "aud": "client", "name": "Noor Haddad", "preferred_username": "noor@outlook.example",
                "oid": "00000000-0000-0000-66f3-3332eca7ea81", "tid": tenant, "email": "noor@outlook.example",
            })),
            ..Vendor::new(
                "microsoft",
                bearer("openid email profile User.Read"),
                json!({
                    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "name": "Noor Haddad", "given_name": "Noor",
                    "family_name": "Haddad", "picture": "https://graph.microsoft.com/v1.0/me/photo/$value", "email": "noor@outlook.example",
                }),
                Expected {
                    id: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
                    username: Some("noor@outlook.example"),
                    name: "Noor Haddad",
                    email: Some("noor@outlook.example"),
                    verified: false,
                },
            )
        },
        // Okta, org authorization server (2024.10).
        Vendor {
            source: json!({ "issuer": "https://dev-1.okta.example", "authorization_endpoint": "https://dev-1.okta.example/oauth2/v1/authorize" }),
            id_token: Some(json!({
                "ver": 1, "iss": "https://dev-1.okta.example", "sub": "00uid4BxXw6I6TV4m0g3", "aud": "client", "amr": ["pwd"],
                "idp": "00ok1u7AsAkrwdZL3z0g3", "auth_time": 1_700_000_000, "name": "Noor Haddad", "email": "noor@okta.example",
            })),
            calls: &["POST token Basic", "GET profile Bearer"],
            ..Vendor::new(
                "okta",
                bearer("openid email profile"),
                json!({
                    "sub": "00uid4BxXw6I6TV4m0g3", "name": "Noor Haddad", "nickname": "noorokta", "given_name": "Noor",
                    "family_name": "Haddad", "zoneinfo": "America/Los_Angeles", "locale": "en-US", "updated_at": 1_311_280_970,
                    "preferred_username": "noor@okta.example", "email": "noor@okta.example", "email_verified": true,
                }),
                Expected {
                    id: "00uid4BxXw6I6TV4m0g3",
                    username: Some("noorokta"),
                    name: "Noor Haddad",
                    email: Some("noor@okta.example"),
                    verified: true,
                },
            )
        },
    ]
}

/// A private key as Apple gives it out.
fn pem() -> String {
    let der = SigningKey::generate(Algorithm::ES256).expect("a key");
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(&*der)
    )
}
