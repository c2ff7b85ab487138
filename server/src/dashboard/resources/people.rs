//! Users, their app passwords, and groups.

use crate::dashboard::resource::{
    Action, Answered, Cell, Field, Filter, FilterKind, Group, Kind, May, Related, Resource, by_id, choice, code,
    column, line, switch, switch_on,
};

pub(super) static USERS: Resource = Resource {
    called: &["username"],
    columns: &[
        column("username", Cell::Text),
        column("name", Cell::Text),
        column("email", Cell::Text),
        column("type", Cell::Badge),
        column("is_admin", Cell::Switch),
        column("is_active", Cell::Switch),
    ],
    filters: &[
        Filter {
            name: "is_active",
            kind: FilterKind::Switch,
        },
        Filter {
            name: "is_admin",
            kind: FilterKind::Switch,
        },
        Filter {
            name: "type",
            kind: FilterKind::Choice(&["person", "service_account"]),
        },
    ],
    search: true,
    groups: &[
        Group {
            name: "basics",
            folded: false,
            fields: &[
                line("username").required(),
                line("name"),
                line("email"),
                switch("email_verified").help(),
                choice("type", &["person", "service_account"]).help(),
                switch_on("is_active").help(),
                switch("is_admin").help(),
                Field::new("groups", Kind::Many(by_id("groups"))),
            ],
        },
        Group {
            name: "profile",
            folded: true,
            fields: &[
                line("given_name"),
                line("middle_name"),
                line("family_name"),
                line("nickname"),
                code("phone_number").help(),
                switch("phone_number_verified"),
                code("picture"),
                code("profile"),
                code("website"),
                line("gender"),
                code("birthdate").help(),
                code("zoneinfo").help(),
                code("locale").help(),
                Field::new("address", Kind::Json).help(),
                Field::new("attributes", Kind::Json).help(),
            ],
        },
    ],
    facts: &[
        column("number", Cell::Code),
        column("uuid", Cell::Copy),
        column("emails", Cell::Json),
    ],
    actions: &[
        Action {
            name: "password",
            fields: &[Field::new("password", Kind::Secret).required().help()],
            answer: Answered::Done,
        },
        Action {
            name: "sign-out",
            fields: &[],
            answer: Answered::Done,
        },
    ],
    related: &[
        Related {
            path: "factors",
            by: "",
            shown: true,
            with: "",
        },
        Related {
            path: "app-passwords",
            by: "",
            shown: true,
            with: "",
        },
        Related {
            path: "external-accounts",
            by: "user",
            shown: true,
            with: "",
        },
        Related {
            path: "sessions",
            by: "user",
            shown: false,
            with: "",
        },
        Related {
            path: "grants",
            by: "user",
            shown: false,
            with: "",
        },
        Related {
            path: "consents",
            by: "user",
            shown: false,
            with: "",
        },
        Related {
            path: "events",
            by: "actor",
            shown: false,
            with: "",
        },
    ],
    ..Resource::new("users")
};

pub(super) static APP_PASSWORDS: Resource = Resource {
    parent: Some("users"),
    columns: &[
        column("name", Cell::Text),
        column("created_at", Cell::Time),
        column("expires_at", Cell::Time),
        column("last_used_at", Cell::Time),
    ],
    groups: &[Group {
        name: "basics",
        folded: false,
        fields: &[line("name").required(), code("expires_at").help()],
    }],
    may: May {
        create: true,
        update: false,
        delete: true,
    },
    ..Resource::new("app-passwords")
};

/// Passkeys, authenticator apps and recovery codes of a user: taken away from somebody who has lost a device.
pub(super) static FACTORS: Resource = Resource {
    parent: Some("users"),
    columns: &[
        column("kind", Cell::Badge),
        column("name", Cell::Text),
        column("created_at", Cell::Time),
        column("last_used_at", Cell::Time),
    ],
    may: May {
        create: false,
        update: false,
        delete: true,
    },
    ..Resource::new("factors")
};

pub(super) static GROUPS: Resource = Resource {
    columns: &[
        column("name", Cell::Text),
        column("is_admin", Cell::Switch),
        column("updated_at", Cell::Time),
    ],
    filters: &[Filter {
        name: "is_admin",
        kind: FilterKind::Switch,
    }],
    search: true,
    groups: &[Group {
        name: "basics",
        folded: false,
        fields: &[
            line("name").required(),
            switch("is_admin").help(),
            Field::new("users", Kind::Many(by_id("users"))),
            Field::new("parents", Kind::Many(by_id("groups"))).help(),
            Field::new("attributes", Kind::Json).help(),
        ],
    }],
    facts: &[column("number", Cell::Code), column("uuid", Cell::Copy)],
    related: &[Related {
        path: "policy-bindings",
        by: "group",
        shown: false,
        with: "",
    }],
    ..Resource::new("groups")
};
