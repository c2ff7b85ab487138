//! Sources: other identity providers that people come from.

use crate::dashboard::resource::{
    Action, Answered, Cell, Field, Filter, FilterKind, Group, Kind, On, Related, Resource, by_id, choice, code, column,
    line, switch, switch_on,
};

/// With whom somebody is joined who has no link yet.
pub(in crate::dashboard) const USER_MATCHING_MODES: &[&str] = &[
    "identifier",
    "verified_email_link",
    "email_link",
    "email_deny",
    "username_link",
    "username_deny",
];
const KINDS: &[&str] = &["oidc", "oauth2", "oauth1"];

pub(super) static SOURCES: Resource = Resource {
    columns: &[
        column("name", Cell::Text),
        column("key", Cell::Code),
        column("kind", Cell::Badge),
        column("preset", Cell::Badge),
        column("enabled", Cell::Switch),
    ],
    filters: &[
        Filter {
            name: "enabled",
            kind: FilterKind::Switch,
        },
        Filter {
            name: "kind",
            kind: FilterKind::Choice(KINDS),
        },
    ],
    search: true,
    groups: &[
        Group {
            name: "basics",
            folded: false,
            fields: &[
                line("name").required(),
                code("key").required().help().on(On::New),
                choice("kind", KINDS),
                code("preset").help(),
                code("discovery_url").help(),
                code("client_id").required(),
                Field::new("client_secret", Kind::Secret).help(),
                Field::new("scopes", Kind::Lines).help(),
                switch_on("enabled").help(),
                switch("promoted").help(),
                Field::new("domains", Kind::Lines).help(),
            ],
        },
        Group {
            name: "endpoints",
            folded: true,
            fields: &[
                code("issuer").help(),
                code("authorization_endpoint").help(),
                code("token_endpoint"),
                code("userinfo_endpoint"),
                code("request_token_endpoint").help(),
                code("revocation_endpoint"),
                code("end_session_endpoint"),
                code("jwks_uri"),
                Field::new("jwks", Kind::Json).help(),
                Field::new("id_token_signing_algs", Kind::Lines).help(),
            ],
        },
        Group {
            name: "requests",
            folded: true,
            fields: &[
                choice(
                    "token_endpoint_auth_method",
                    &["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
                ),
                Field::new("assertion_key", Kind::One(by_id("keys").query("use=sig&state=active"))).help(),
                choice("pkce", &["none", "S256", "plain"]),
                choice("userinfo_method", &["GET", "POST"]),
                choice("userinfo_auth", &["bearer", "basic", "query"]),
                choice("oauth1_signature_method", &["HMAC-SHA1", "PLAINTEXT"]),
                Field::new("token_request_headers", Kind::Json).help(),
                Field::new("authorization_params", Kind::Json).help(),
                Field::new("authorization_params_map", Kind::Json).help(),
                Field::new("forward_query_parameters", Kind::Lines).help(),
            ],
        },
        Group {
            name: "people",
            folded: true,
            fields: &[
                choice("user_matching_mode", USER_MATCHING_MODES).help(),
                switch_on("allow_sign_in"),
                switch_on("allow_sign_up").help(),
                switch("block_email_subaddresses").help(),
                choice("update_profile", &["on_each_login", "on_first_login", "never_on_login"]),
                code("groups_claim").help(),
                choice("group_matching_mode", &["identifier", "name_link", "name_deny"]).help(),
            ],
        },
        Group {
            name: "mappings",
            folded: true,
            fields: &[
                Field::new("attribute_mapping", Kind::Json).help(),
                Field::new("profile_script", Kind::Script).help(),
                Field::new("property_mappings", Kind::Many(by_id("property-mappings"))),
                Field::new("group_property_mappings", Kind::Many(by_id("property-mappings"))),
                switch("accept_samples").help().on(On::Stored),
            ],
        },
        Group {
            name: "access",
            folded: true,
            fields: &[
                Field::new("applications", Kind::ManyOrAll(by_id("applications").by(&["slug"]))).help(),
                choice("policy_engine_mode", &["any", "all"]).help(),
                Field::new("assertion_audiences", Kind::Lines).help(),
                code("icon_url"),
            ],
        },
    ],
    facts: &[
        column("key", Cell::Code),
        column("redirect_uri", Cell::Copy),
        column("has_client_secret", Cell::Switch),
        column("keys_read_at", Cell::Time),
        column("differences", Cell::Json),
    ],
    actions: &[
        Action {
            name: "test",
            fields: &[],
            answer: Answered::Shown,
        },
        Action {
            name: "refresh",
            fields: &[],
            answer: Answered::Done,
        },
        Action {
            name: "replay",
            fields: &[
                Field::new("userinfo", Kind::Json).help(),
                Field::new("id_token_claims", Kind::Json),
            ],
            answer: Answered::Shown,
        },
    ],
    related: &[
        Related {
            path: "policy-bindings",
            by: "target",
            shown: true,
            with: "target_type=source",
        },
        Related {
            path: "external-accounts",
            by: "source",
            shown: false,
            with: "",
        },
        Related {
            path: "events",
            by: "target",
            shown: false,
            with: "",
        },
    ],
    ..Resource::new("sources")
};
