//! Applications, and what can be done with them.

use crate::dashboard::resource::{
    Action, Answered, Cell, Field, Filter, FilterKind, Group, Kind, Of, On, Related, Resource, by_id, choice, code,
    column, line, switch, switch_on,
};

const GRANT_TYPES: &[&str] = &[
    "authorization_code",
    "refresh_token",
    "implicit",
    "hybrid",
    "client_credentials",
    "password",
    "urn:ietf:params:oauth:grant-type:device_code",
];
const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512",
];
const SUB_MODES: &[&str] = &[
    "hashed_user_id",
    "user_id",
    "user_uuid",
    "user_username",
    "user_email",
    "user_upn",
];
const MAPPINGS: Of = by_id("scope-mappings").by(&["managed", "id"]);
const SOURCES: Of = by_id("sources").by(&["key"]);
const OTHERS: Of = by_id("applications").by(&["slug"]);

pub(super) static APPLICATIONS: Resource = Resource {
    columns: &[
        column("name", Cell::Text),
        column("slug", Cell::Code),
        column("client_id", Cell::Code),
        column("client_type", Cell::Badge),
        column("enabled", Cell::Switch),
    ],
    filters: &[Filter {
        name: "enabled",
        kind: FilterKind::Switch,
    }],
    search: true,
    groups: &[
        Group {
            name: "basics",
            folded: false,
            fields: &[
                line("name").required(),
                code("slug").help(),
                Field::new("description", Kind::Text),
                Field::new("redirect_uris", Kind::Addresses).help(),
                choice("client_type", &["confidential", "public"]).help(),
                switch_on("enabled").help(),
            ],
        },
        Group {
            name: "tile",
            folded: true,
            fields: &[
                line("group").help(),
                code("launch_url").help(),
                code("icon_url"),
                code("logo_uri").help(),
            ],
        },
        Group {
            name: "client",
            folded: true,
            fields: &[
                code("client_id").help(),
                Field::new("client_secret", Kind::Secret).help().on(On::New),
                Field::new(
                    "token_endpoint_auth_method",
                    Kind::Maybe(&["client_secret_basic", "client_secret_post", "none"]),
                ),
                Field::new("grant_types", Kind::Ticks(GRANT_TYPES)).initial("authorization_code refresh_token"),
                Field::new("learn_redirect_uri", Kind::Maybe(&["off", "administrator", "anyone"])).help(),
                switch("require_pkce").help(),
                switch("allow_plain_pkce").help(),
                Field::new("contacts", Kind::Lines),
            ],
        },
        Group {
            name: "scopes",
            folded: true,
            fields: &[
                Field::new("scope_mappings", Kind::Many(MAPPINGS))
                    .initial("openid email profile")
                    .help(),
                choice("sub_mode", SUB_MODES).help(),
                choice("subject_type", &["public", "pairwise"]).help(),
                code("sector_identifier_uri").help(),
                choice("issuer_mode", &["per_provider", "global"]),
                switch_on("include_claims_in_id_token"),
            ],
        },
        Group {
            name: "tokens",
            folded: true,
            fields: &[
                Field::new("signing_key", Kind::One(by_id("keys").query("use=sig&state=active"))).help(),
                Field::new("id_token_signed_response_alg", Kind::Maybe(ALGORITHMS)),
                Field::new("encryption_key", Kind::One(by_id("keys").query("use=enc&state=active"))).help(),
                choice("access_token_format", &["jwt", "opaque"]),
                code("access_token_validity").initial("hours=1").help(),
                code("refresh_token_validity").initial("days=30"),
                code("refresh_token_threshold").initial("seconds=0").help(),
                code("access_code_validity").initial("minutes=1"),
                code("device_code_validity"),
            ],
        },
        Group {
            name: "consent",
            folded: true,
            fields: &[
                choice("consent_mode", &["remember", "always", "skip"]),
                code("consent_expires_in").help(),
                code("policy_uri"),
                code("tos_uri"),
            ],
        },
        Group {
            name: "access",
            folded: true,
            fields: &[
                choice("policy_engine_mode", &["any", "all"]).help(),
                switch("policies_on_refresh"),
                Field::new("sources", Kind::ManyOrAll(SOURCES)).help(),
                Field::new("federated_sources", Kind::Many(SOURCES)).help(),
                Field::new("federated_applications", Kind::Many(OTHERS)).help(),
                Field::new("management_scopes", Kind::Lines).help(),
            ],
        },
        Group {
            name: "sign-out",
            folded: true,
            fields: &[
                Field::new("post_logout_redirect_uris", Kind::Addresses).help(),
                code("logout_uri").help(),
                choice("logout_method", &["backchannel", "frontchannel", "none"]),
            ],
        },
    ],
    facts: &[
        column("client_id", Cell::Copy),
        column("client_secrets", Cell::Json),
        column("learn_redirect_uri_until", Cell::Time),
    ],
    actions: &[
        Action {
            name: "setup",
            fields: &[],
            answer: Answered::Read,
        },
        Action {
            name: "preview",
            fields: &[
                Field::new("user", Kind::One(by_id("users"))).required(),
                Field::new("scopes", Kind::Lines).initial("openid email profile"),
            ],
            answer: Answered::Shown,
        },
        Action {
            name: "rotate-secret",
            fields: &[code("keep_old_for").help(), switch("retire_old").help()],
            answer: Answered::Done,
        },
    ],
    related: &[
        Related {
            path: "policy-bindings",
            by: "target",
            shown: true,
            with: "target_type=application",
        },
        Related {
            path: "entitlements",
            by: "application",
            shown: true,
            with: "",
        },
        Related {
            path: "grants",
            by: "application",
            shown: false,
            with: "",
        },
        Related {
            path: "consents",
            by: "application",
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
    ..Resource::new("applications")
};
