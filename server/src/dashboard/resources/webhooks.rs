//! Webhooks with their deliveries, and API tokens.

use crate::dashboard::resource::{
    Action, Answered, Cell, Field, Filter, FilterKind, Group, Kind, May, Related, Resource, by_id, code, column, line,
    switch_on,
};

const EVENTS: &[&str] = &[
    "*",
    "oauthProvider.created",
    "oauthProvider.updated",
    "oauthProvider.deleted",
    "externalAccount.connected",
    "externalAccount.unlinked",
    "user.created",
    "user.updated",
    "user.deleted",
    "session.created",
    "session.ended",
];

pub(super) static WEBHOOKS: Resource = Resource {
    called: &["url"],
    columns: &[
        column("url", Cell::Code),
        column("events", Cell::Words),
        column("enabled", Cell::Switch),
    ],
    filters: &[Filter {
        name: "enabled",
        kind: FilterKind::Switch,
    }],
    groups: &[Group {
        name: "basics",
        folded: false,
        fields: &[
            code("url").required().help(),
            Field::new("events", Kind::Ticks(EVENTS)).initial("*"),
            switch_on("enabled").help(),
        ],
    }],
    facts: &[
        column("disabled_reason", Cell::Text),
        column("previous_secret_until", Cell::Time),
    ],
    actions: &[
        Action {
            name: "test",
            fields: &[],
            answer: Answered::Shown,
        },
        Action {
            name: "rotate-secret",
            fields: &[],
            answer: Answered::Done,
        },
    ],
    related: &[Related {
        path: "deliveries",
        by: "",
        shown: true,
        with: "",
    }],
    ..Resource::new("webhooks")
};

pub(super) static DELIVERIES: Resource = Resource {
    parent: Some("webhooks"),
    called: &["id"],
    columns: &[
        column("type", Cell::Code),
        column("state", Cell::Badge),
        column("attempts", Cell::Code),
        column("last_status", Cell::Code),
        column("last_error", Cell::Text),
        column("created_at", Cell::Time),
        column("next_attempt_at", Cell::Time),
    ],
    filters: &[Filter {
        name: "state",
        kind: FilterKind::Choice(&["waiting", "delivered", "failed"]),
    }],
    may: May {
        create: false,
        update: false,
        delete: false,
    },
    actions: &[Action {
        name: "retry",
        fields: &[],
        answer: Answered::Done,
    }],
    ..Resource::new("deliveries")
};

pub(super) static API_TOKENS: Resource = Resource {
    columns: &[
        column("name", Cell::Text),
        column("user", Cell::Of("users")),
        column("permissions", Cell::Words),
        column("expires_at", Cell::Time),
        column("last_used_at", Cell::Time),
    ],
    filters: &[Filter {
        name: "user",
        kind: FilterKind::Of("users"),
    }],
    search: true,
    groups: &[Group {
        name: "basics",
        folded: false,
        fields: &[
            line("name").required(),
            Field::new("permissions", Kind::Lines).required().help(),
            Field::new("user", Kind::One(by_id("users"))).help(),
            code("expires_at").help(),
        ],
    }],
    facts: &[
        column("user", Cell::Of("users")),
        column("permissions", Cell::Words),
        column("expires_at", Cell::Time),
        column("last_used_at", Cell::Time),
    ],
    may: May {
        create: true,
        update: false,
        delete: true,
    },
    ..Resource::new("api-tokens")
};
