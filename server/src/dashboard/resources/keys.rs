//! Keys that tokens are signed and encrypted with.

use crate::dashboard::resource::{
    Action, Answered, Cell, Field, Filter, FilterKind, Group, Kind, On, Resource, code, column, line,
};

const ALGORITHMS: &[&str] = &[
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A256KW",
];
const STATES: &[&str] = &["next", "active", "retired"];
const USES: &[&str] = &["sig", "enc"];

pub(super) static KEYS: Resource = Resource {
    columns: &[
        column("name", Cell::Text),
        column("use", Cell::Badge),
        column("alg", Cell::Code),
        column("state", Cell::Badge),
        column("origin", Cell::Badge),
        column("rotates_at", Cell::Time),
    ],
    filters: &[
        Filter {
            name: "state",
            kind: FilterKind::Choice(STATES),
        },
        Filter {
            name: "use",
            kind: FilterKind::Choice(USES),
        },
    ],
    search: true,
    groups: &[
        Group {
            name: "basics",
            folded: false,
            fields: &[
                line("name"),
                Field::new("use", Kind::Maybe(USES)).on(On::New),
                Field::new("alg", Kind::Maybe(ALGORITHMS)).on(On::New).help(),
                Field::new("state", Kind::Maybe(STATES)).help(),
            ],
        },
        Group {
            name: "import",
            folded: true,
            fields: &[
                Field::new("private_key", Kind::Block).on(On::New).help(),
                Field::new("certificate", Kind::Block).on(On::New).help(),
                Field::new("public_jwk", Kind::Json).on(On::New).help(),
                code("kid").on(On::New).help(),
                Field::new(
                    "enc",
                    Kind::Maybe(&["A256CBC-HS512", "A128CBC-HS256", "A256GCM", "A128GCM"]),
                )
                .on(On::New),
            ],
        },
    ],
    facts: &[
        column("kid", Cell::Copy),
        column("use", Cell::Badge),
        column("alg", Cell::Code),
        column("state", Cell::Badge),
        column("origin", Cell::Badge),
        column("activated_at", Cell::Time),
        column("rotates_at", Cell::Time),
        column("retired_at", Cell::Time),
        column("successor", Cell::Any),
        column("public_jwk", Cell::Json),
    ],
    common: &[Action {
        name: "rotate",
        fields: &[
            Field::new("use", Kind::Choice(USES)).initial("sig"),
            Field::new("alg", Kind::Choice(ALGORITHMS)).initial("RS256").help(),
            code("key").help(),
        ],
        answer: Answered::Done,
    }],
    ..Resource::new("keys")
};
