//! Vendors: the rows of the table, and the habits of those that are odd, with answers composed after their published shapes
//! (as of the month that [`vendors::DATA_OF`] names).

use protocol::upstream::vendors::{self, Vendor};
use protocol::upstream::{Answer, Pkce, Profile, Source, SourceAuthMethod, SourceKind, UserinfoAuth, read_profile};
use serde_json::{Value, json};

use crate::upstream_support::{CLIENT_ID, Drive, call, done, json_reply, leave, pairs, query_of, upstream};

/// A source that was saved with a preset and nothing else.
pub(crate) fn preset(key: &str) -> Source {
    let mut source = Source {
        id: "src_1".into(),
        key: key.into(),
        name: key.into(),
        client_id: CLIENT_ID.into(),
        preset: Some(key.into()),
        ..Source::default()
    };
    vendors::find(key).unwrap().fill(&mut source, &|_| false);
    // Vendors that everybody installs for themselves have no addresses of their own.
    for (endpoint, path) in [
        (&mut source.authorization_endpoint, "authorize"),
        (&mut source.token_endpoint, "token"),
        (&mut source.userinfo_endpoint, "profile"),
    ] {
        if key != "apple" {
            endpoint.get_or_insert_with(|| format!("https://own.test/{path}"));
        }
    }
    source
}

/// A sign-in from the token answer on, with one reply per further call.
pub(crate) fn sign_in(source: Source, token: &Value, replies: &[Value]) -> (Drive, Answer) {
    let upstream = upstream(source);
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    let mut step = drive.reply(json_reply(token));
    for reply in replies {
        call(step);
        step = drive.reply(json_reply(reply));
    }
    let answer = done(step);
    (drive, answer)
}

fn person(key: &str, profile: &Value) -> Profile {
    let source = preset(key);
    let (_, answer) = sign_in(
        source.clone(),
        &json!({"access_token": "a"}),
        std::slice::from_ref(profile),
    );
    read_profile(&source, &answer.told).unwrap()
}

pub(crate) fn told(profile: &Profile) -> (&str, Option<&str>, Option<&str>, Option<&str>) {
    (
        &profile.provider_user_id,
        profile.username.as_deref(),
        profile.email_address.as_deref(),
        profile.name.as_deref(),
    )
}

#[test]
fn a_row_for_every_vendor_of_the_sheets() {
    let keys: Vec<&str> = vendors::all().iter().map(|vendor| vendor.key).collect();
    assert_eq!(
        keys,
        [
            "apple",
            "azuread",
            "discord",
            "entraid",
            "facebook",
            "github",
            "gitlab",
            "google",
            "linkedin",
            "mailcow",
            "microsoft",
            "okta",
            "openidconnect",
            "patreon",
            "reddit",
            "slack",
            "twitch",
            "twitter",
            "wechat",
            "x",
        ]
    );
    assert_eq!(vendors::DATA_OF.len(), 7);
    assert!(vendors::find("unknown").is_none());
    let unknown = Source {
        preset: Some("unknown".into()),
        ..Source::default()
    };
    assert!(vendors::of(&unknown).is_none());
}

#[test]
fn every_row_is_complete_as_far_as_its_addresses_are_fixed() {
    for vendor in vendors::all() {
        let Vendor { key, kind, .. } = vendor;
        let addresses = [
            vendor.issuer,
            vendor.discovery_url,
            vendor.authorization_endpoint,
            vendor.token_endpoint,
            vendor.userinfo_endpoint,
            vendor.jwks_uri,
        ];
        for address in addresses.into_iter().flatten() {
            assert!(address.starts_with("https://"), "{key}: {address}");
        }
        if !vendor.customisable {
            assert!(
                vendor.authorization_endpoint.is_some() && vendor.token_endpoint.is_some(),
                "{key}"
            );
            assert!(vendor.userinfo_endpoint.is_some() || *key == "apple", "{key}");
            assert_eq!(
                *kind == SourceKind::Oidc,
                vendor.issuer.is_some() && vendor.jwks_uri.is_some(),
                "{key}"
            );
        }
        assert!(!vendor.paths.id.is_empty() && !vendor.scopes.is_empty(), "{key}");
    }
}

#[test]
fn what_a_preset_fills_and_what_the_request_keeps() {
    let source = preset("github");
    assert_eq!(
        (source.kind, source.token_endpoint_auth_method),
        (SourceKind::Oauth2, SourceAuthMethod::ClientSecretPost)
    );
    assert_eq!(source.scopes, ["read:user", "user:email"]);
    let mut own = Source {
        authorization_endpoint: Some("https://github.corp.test/login/oauth/authorize".into()),
        scopes: Vec::new(),
        ..Source::default()
    };
    vendors::find("github")
        .unwrap()
        .fill(&mut own, &|field| field == "scopes");
    assert_eq!(
        own.authorization_endpoint.as_deref(),
        Some("https://github.corp.test/login/oauth/authorize")
    );
    assert_eq!(
        own.token_endpoint.as_deref(),
        Some("https://github.com/login/oauth/access_token")
    );
    assert!(own.scopes.is_empty());
    assert_eq!(preset("x").pkce, Pkce::S256);
    assert_eq!(preset("mailcow").userinfo_auth, UserinfoAuth::Query);
}

#[test]
fn parameters_that_a_vendor_adds_to_the_authorization_request() {
    let extras = |source: Source| {
        let pairs = query_of(&leave(&upstream(source)).url);
        let standard = ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce"];
        let pkce = ["code_challenge", "code_challenge_method"];
        pairs
            .into_iter()
            .filter(|(name, _)| !standard.contains(&name.as_str()) && !pkce.contains(&name.as_str()))
            .collect::<Vec<_>>()
    };
    assert_eq!(extras(preset("apple")), pairs(&[("response_mode", "form_post")]));
    assert_eq!(extras(preset("discord")), pairs(&[("prompt", "none")]));
    assert_eq!(extras(preset("reddit")), pairs(&[("duration", "permanent")]));
    assert_eq!(
        extras(preset("slack")),
        pairs(&[("user_scope", "openid email profile")])
    );
    let claims = extras(preset("twitch"));
    assert_eq!(claims[0].0, "claims");
    assert!(serde_json::from_str::<Value>(&claims[0].1).unwrap()["userinfo"]["email"].is_null());
    // The administrator's own stands above them.
    let own = Source {
        authorization_params: [("prompt".to_owned(), "consent".to_owned())].into(),
        ..preset("discord")
    };
    assert_eq!(extras(own), pairs(&[("prompt", "consent")]));
    let x = query_of(&leave(&upstream(preset("x"))).url);
    assert!(x.contains(&("code_challenge_method".to_owned(), "S256".to_owned())));
}

#[test]
fn where_each_vendor_puts_a_person() {
    let discord = person(
        "discord",
        &json!({"id": "80351110224678912", "username": "nelly", "email": "nelly@discord.test", "verified": true}),
    );
    assert_eq!(
        told(&discord),
        (
            "80351110224678912",
            Some("nelly"),
            Some("nelly@discord.test"),
            Some("nelly")
        )
    );
    assert!(discord.verified);
    let entra = json!({"id": "87d349ed", "displayName": "Adele Vance", "mail": null, "otherMails": ["adele@contoso.test"],
        "userPrincipalName": "AdeleV@contoso.test"});
    for key in ["entraid", "azuread"] {
        assert_eq!(
            told(&person(key, &entra)),
            (
                "87d349ed",
                Some("AdeleV@contoso.test"),
                Some("adele@contoso.test"),
                Some("Adele Vance")
            )
        );
    }
    let facebook = person(
        "facebook",
        &json!({"id": "10", "name": "Noor", "email": "noor@facebook.test",
            "picture": {"data": {"height": 50, "is_silhouette": false, "url": "https://facebook.test/noor.jpg", "width": 50}}}),
    );
    assert_eq!(facebook.picture.as_deref(), Some("https://facebook.test/noor.jpg"));
    assert_eq!(
        told(&facebook),
        ("10", Some("Noor"), Some("noor@facebook.test"), Some("Noor"))
    );
    assert!(!facebook.verified);
    let linkedin = person(
        "linkedin",
        &json!({"sub": "782bbtaQ", "name": "Noor Haddad", "given_name": "Noor", "family_name": "Haddad",
            "picture": "https://linkedin.test/noor", "locale": {"country": "US", "language": "en"},
            "email": "noor@linkedin.test", "email_verified": true}),
    );
    assert_eq!(
        told(&linkedin),
        ("782bbtaQ", None, Some("noor@linkedin.test"), Some("Noor Haddad"))
    );
    assert!(linkedin.verified);
    let mailcow = person(
        "mailcow",
        &json!({"id": "n@m.test", "full_name": "Noor", "email": "n@m.test"}),
    );
    assert_eq!(
        told(&mailcow),
        ("n@m.test", Some("Noor"), Some("n@m.test"), Some("Noor"))
    );
    let patreon = json!({"data": {"id": "32187", "type": "user", "attributes": {"vanity": "noor", "email": "n@p.test",
        "full_name": "Noor Haddad", "is_email_verified": true}}});
    assert_eq!(
        told(&person("patreon", &patreon)),
        ("32187", Some("noor"), Some("n@p.test"), Some("Noor Haddad"))
    );
    let reddit = person("reddit", &json!({"id": "9fdk2", "name": "noor"}));
    assert_eq!(told(&reddit), ("9fdk2", Some("noor"), None, Some("noor")));
    let twitch = person(
        "twitch",
        &json!({"sub": "713936733", "preferred_username": "noor", "email": "n@t.test", "email_verified": true}),
    );
    assert_eq!(
        told(&twitch),
        ("713936733", Some("noor"), Some("n@t.test"), Some("noor"))
    );
    for key in ["twitter", "x"] {
        let profile = json!({"data": {"id": "2244994945", "username": "noor", "name": "Noor"}});
        assert_eq!(
            told(&person(key, &profile)),
            ("2244994945", Some("noor"), None, Some("Noor"))
        );
    }
}

#[test]
fn a_7_1_the_default_mappings_of_the_presets() {
    let rows: [(&str, &[(&str, &str)]); 4] = [
        (
            "google",
            &[
                ("email_address", "email"),
                ("first_name", "given_name"),
                ("last_name", "family_name"),
                ("profile_image_url", "picture"),
                ("provider_user_id", "sub"),
            ],
        ),
        (
            "apple",
            &[
                ("email_address", "email"),
                ("first_name", "name.firstName"),
                ("last_name", "name.lastName"),
                ("provider_user_id", "sub"),
            ],
        ),
        (
            "microsoft",
            &[
                ("email_address", "email"),
                ("first_name", "given_name"),
                ("last_name", "family_name"),
                ("provider_user_id", "sub"),
            ],
        ),
        (
            "github",
            &[
                ("email_address", "email"),
                ("first_name", "name"),
                ("profile_image_url", "avatar_url"),
                ("provider_user_id", "id"),
            ],
        ),
    ];
    for (key, expected) in rows {
        let mapping: Vec<(String, String)> = vendors::find(key).unwrap().attribute_mapping().into_iter().collect();
        assert_eq!(mapping, pairs(expected), "{key}");
    }
    // Written out, a mapping reads what the preset alone reads; also the address that GitHub keeps in a list.
    let source = Source {
        attribute_mapping: vendors::find("github").unwrap().attribute_mapping(),
        ..preset("github")
    };
    let profile = json!({"id": 1, "login": "octocat", "email": null, "plan": "free"});
    let emails = json!([{"email": "noor@github.test", "primary": true, "verified": true}]);
    let (_, answer) = sign_in(source.clone(), &json!({"access_token": "a"}), &[profile, emails]);
    let person = read_profile(&source, &answer.told).unwrap();
    assert_eq!(
        (person.email_address.as_deref(), person.verified),
        (Some("noor@github.test"), true)
    );
    assert_eq!(
        Value::Object(person.public_metadata),
        json!({"login": "octocat", "plan": "free"})
    );
}

#[test]
fn a_7_8_the_presets_of_a_later_release() {
    for (key, scope) in [
        ("discord", "email identify"),
        ("facebook", "email"),
        ("gitlab", "read_user openid profile email"),
        ("linkedin", "openid profile email"),
        ("slack", ""),
        ("x", "users.read tweet.read"),
    ] {
        let source = preset(key);
        let query = query_of(&leave(&upstream(source.clone())).url);
        let asked = |name: &str| query.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
        assert_eq!(asked("scope").unwrap_or_default(), scope, "{key}");
        // LinkedIn refuses the secret of whoever sends a code verifier that it did not ask for.
        assert_eq!(asked("code_challenge").is_some(), key == "x", "{key}: x demands PKCE");
        assert_eq!(asked("nonce").is_some(), source.kind == SourceKind::Oidc, "{key}");
    }
    let mapping = |key: &str| vendors::find(key).unwrap().attribute_mapping();
    assert_eq!(mapping("facebook")["profile_image_url"], "picture.data.url");
    assert_eq!(mapping("linkedin")["provider_user_id"], "sub");
}

#[test]
fn facebook_asks_for_its_fields() {
    let (drive, _) = sign_in(preset("facebook"), &json!({"access_token": "a"}), &[json!({"id": "1"})]);
    assert_eq!(
        drive.calls[1].url,
        "https://graph.facebook.com/v7.0/me?fields=id%2Cname%2Cfirst_name%2Clast_name%2Cemail%2Cpicture"
    );
    assert_eq!(drive.calls[1].header("authorization"), Some("Bearer a"));
}

#[test]
fn a_7_7_microsofts_tenant_is_chosen_by_a_parameter() {
    let source = |tenant: &str| Source {
        authorization_params: [("tenant".to_owned(), tenant.to_owned())].into(),
        ..preset("microsoft")
    };
    let chosen = upstream(source("contoso.test"));
    let redirect = leave(&chosen);
    assert!(
        redirect
            .url
            .starts_with("https://login.microsoftonline.com/contoso.test/oauth2/v2.0/authorize?")
    );
    assert!(redirect.url.ends_with("&tenant=contoso.test"));
    let token = call(Drive::new(chosen, redirect.secrets).callback("code=c"));
    assert_eq!(
        token.url,
        "https://login.microsoftonline.com/contoso.test/oauth2/v2.0/token"
    );
    for wrong in ["", "../x", "a/b", "a?b", ".."] {
        let url = leave(&upstream(source(wrong))).url;
        assert!(
            url.starts_with("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?"),
            "{url}"
        );
    }
}
