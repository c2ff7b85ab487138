//! What happens: sessions, grants, consents, accounts elsewhere, notices of a sign-out, and the audit log.

use crate::dashboard::resource::{Action, Answered, Cell, Filter, FilterKind, May, Resource, column};

/// What can be looked at and taken away.
const TAKE_AWAY: May = May {
    create: false,
    update: false,
    delete: true,
};

const OF_USER: Filter = Filter {
    name: "user",
    kind: FilterKind::Of("users"),
};
const OF_APPLICATION: Filter = Filter {
    name: "application",
    kind: FilterKind::Of("applications"),
};

pub(super) static SESSIONS: Resource = Resource {
    called: &["id"],
    columns: &[
        column("user", Cell::Of("users")),
        column("client_address", Cell::Code),
        column("auth_time", Cell::Time),
        column("last_seen_at", Cell::Time),
        column("user_agent", Cell::Text),
    ],
    filters: &[OF_USER],
    facts: &[
        column("user", Cell::Of("users")),
        column("client_address", Cell::Code),
        column("user_agent", Cell::Text),
        column("amr", Cell::Words),
        column("source", Cell::Code),
        column("auth_time", Cell::Time),
        column("last_seen_at", Cell::Time),
        column("expires_at", Cell::Time),
    ],
    may: TAKE_AWAY,
    ..Resource::new("sessions")
};

pub(super) static GRANTS: Resource = Resource {
    called: &["id"],
    columns: &[
        column("user", Cell::Of("users")),
        column("application", Cell::Of("applications")),
        column("kind", Cell::Code),
        column("state", Cell::Badge),
        column("issued_at", Cell::Time),
        column("expires_at", Cell::Time),
    ],
    filters: &[
        Filter {
            name: "state",
            kind: FilterKind::Choice(&["active", "expired", "revoked"]),
        },
        OF_USER,
        OF_APPLICATION,
    ],
    facts: &[
        column("user", Cell::Of("users")),
        column("application", Cell::Of("applications")),
        column("kind", Cell::Code),
        column("state", Cell::Badge),
        column("scopes", Cell::Words),
        column("issued_at", Cell::Time),
        column("expires_at", Cell::Time),
    ],
    may: TAKE_AWAY,
    ..Resource::new("grants")
};

pub(super) static CONSENTS: Resource = Resource {
    called: &["id"],
    columns: &[
        column("user", Cell::Of("users")),
        column("application", Cell::Of("applications")),
        column("scopes", Cell::Words),
        column("granted_at", Cell::Time),
        column("expires_at", Cell::Time),
    ],
    filters: &[OF_USER, OF_APPLICATION],
    facts: &[
        column("user", Cell::Of("users")),
        column("application", Cell::Of("applications")),
        column("scopes", Cell::Words),
        column("claims", Cell::Words),
        column("granted_at", Cell::Time),
        column("expires_at", Cell::Time),
    ],
    may: TAKE_AWAY,
    ..Resource::new("consents")
};

pub(super) static EXTERNAL_ACCOUNTS: Resource = Resource {
    called: &["provider_user_id"],
    columns: &[
        column("provider_user_id", Cell::Text),
        column("source", Cell::Of("sources")),
        column("user", Cell::Of("users")),
        column("email_address", Cell::Text),
        column("last_signed_in_at", Cell::Time),
    ],
    filters: &[
        Filter {
            name: "provider_user_id",
            kind: FilterKind::Text,
        },
        Filter {
            name: "source",
            kind: FilterKind::Of("sources"),
        },
        OF_USER,
    ],
    facts: &[
        column("user", Cell::Of("users")),
        column("source", Cell::Of("sources")),
        column("email_address", Cell::Text),
        column("verified", Cell::Switch),
        column("scopes", Cell::Words),
        column("linked_at", Cell::Time),
        column("last_signed_in_at", Cell::Time),
        column("public_metadata", Cell::Json),
    ],
    may: TAKE_AWAY,
    ..Resource::new("external-accounts")
};

pub(super) static LOGOUT_NOTICES: Resource = Resource {
    called: &["id"],
    columns: &[
        column("application", Cell::Of("applications")),
        column("user", Cell::Of("users")),
        column("attempts", Cell::Code),
        column("last_error", Cell::Text),
        column("next_attempt_at", Cell::Time),
    ],
    filters: &[OF_APPLICATION, OF_USER],
    facts: &[
        column("application", Cell::Of("applications")),
        column("user", Cell::Of("users")),
        column("session", Cell::Code),
        column("attempts", Cell::Code),
        column("last_error", Cell::Text),
        column("next_attempt_at", Cell::Time),
    ],
    may: TAKE_AWAY,
    actions: &[Action {
        name: "retry",
        fields: &[],
        answer: Answered::Done,
    }],
    ..Resource::new("logout-notices")
};

pub(super) static EVENTS: Resource = Resource {
    called: &["action"],
    columns: &[
        column("action", Cell::Code),
        column("at", Cell::Time),
        column("actor", Cell::Any),
        column("target", Cell::Any),
        column("client_address", Cell::Code),
    ],
    filters: &[
        Filter {
            name: "action",
            kind: FilterKind::Text,
        },
        Filter {
            name: "actor",
            kind: FilterKind::Of(""),
        },
        Filter {
            name: "target",
            kind: FilterKind::Of(""),
        },
    ],
    facts: &[
        column("at", Cell::Time),
        column("actor", Cell::Any),
        column("target", Cell::Any),
        column("client_address", Cell::Code),
        column("detail", Cell::Json),
    ],
    may: May {
        create: false,
        update: false,
        delete: false,
    },
    ..Resource::new("events")
};
