//! Who gets in and what is said of them: policies, their bindings, mappings and entitlements.

use crate::dashboard::resource::{
    Cell, Field, Filter, FilterKind, Group, Kind, On, Related, Resource, Trial, by_id, choice, code, column, line,
    switch, switch_on,
};

pub(super) static POLICIES: Resource = Resource {
    columns: &[column("name", Cell::Text), column("updated_at", Cell::Time)],
    search: true,
    groups: &[Group {
        name: "basics",
        folded: false,
        fields: &[
            line("name").required(),
            Field::new("expression", Kind::Script).required().help(),
        ],
    }],
    related: &[Related {
        path: "policy-bindings",
        by: "policy",
        shown: true,
        with: "",
    }],
    trial: Some(Trial {
        member: "expression",
        path: "/policies/test",
        fields: &[
            Field::new("user", Kind::One(by_id("users"))),
            Field::new("context", Kind::Json).help(),
        ],
    }),
    ..Resource::new("policies")
};

pub(super) static POLICY_BINDINGS: Resource = Resource {
    called: &["id"],
    columns: &[
        column("id", Cell::Code),
        column("target", Cell::Any),
        column("policy", Cell::Of("policies")),
        column("group", Cell::Of("groups")),
        column("user", Cell::Of("users")),
        column("order", Cell::Code),
        column("enabled", Cell::Switch),
    ],
    filters: &[
        Filter {
            name: "target_type",
            kind: FilterKind::Choice(&["application", "source"]),
        },
        Filter {
            name: "enabled",
            kind: FilterKind::Switch,
        },
        Filter {
            name: "target",
            kind: FilterKind::Of(""),
        },
        Filter {
            name: "policy",
            kind: FilterKind::Of("policies"),
        },
        Filter {
            name: "group",
            kind: FilterKind::Of("groups"),
        },
    ],
    groups: &[
        Group {
            name: "basics",
            folded: false,
            fields: &[
                choice("target_type", &["application", "source"]),
                code("target").required().help(),
                Field::new("policy", Kind::One(by_id("policies"))).help(),
                Field::new("group", Kind::One(by_id("groups"))),
                Field::new("user", Kind::One(by_id("users"))),
            ],
        },
        Group {
            name: "details",
            folded: false,
            fields: &[
                Field::new("order", Kind::Number).initial("0").help(),
                switch_on("enabled").help(),
                switch("negate").help(),
                switch("dry_run").help(),
                Field::new("timeout_seconds", Kind::Number).initial("30"),
                switch("failure_result").help(),
            ],
        },
    ],
    ..Resource::new("policy-bindings")
};

pub(super) static SCOPE_MAPPINGS: Resource = Resource {
    columns: &[
        column("name", Cell::Text),
        column("scope", Cell::Code),
        column("description", Cell::Text),
        column("managed", Cell::Code),
    ],
    search: true,
    groups: &[Group {
        name: "basics",
        folded: false,
        fields: &[
            line("name").required(),
            code("scope").required().help(),
            line("description").help(),
            Field::new("expression", Kind::Script).required().help(),
        ],
    }],
    facts: &[column("managed", Cell::Code)],
    trial: Some(Trial {
        member: "expression",
        path: "/scope-mappings/test",
        fields: &[
            Field::new("user", Kind::One(by_id("users"))),
            Field::new("application", Kind::One(by_id("applications"))),
            Field::new("scopes", Kind::Lines),
        ],
    }),
    ..Resource::new("scope-mappings")
};

pub(super) static PROPERTY_MAPPINGS: Resource = Resource {
    columns: &[
        column("name", Cell::Text),
        column("all_sources", Cell::Switch),
        column("updated_at", Cell::Time),
    ],
    search: true,
    groups: &[Group {
        name: "basics",
        folded: false,
        fields: &[
            line("name").required(),
            switch("all_sources").help(),
            switch("accept_samples").help(),
            Field::new("expression", Kind::Script).required().help(),
        ],
    }],
    ..Resource::new("property-mappings")
};

pub(super) static ENTITLEMENTS: Resource = Resource {
    columns: &[
        column("name", Cell::Text),
        column("application", Cell::Of("applications")),
        column("updated_at", Cell::Time),
    ],
    filters: &[Filter {
        name: "application",
        kind: FilterKind::Of("applications"),
    }],
    search: true,
    groups: &[Group {
        name: "basics",
        folded: false,
        fields: &[
            Field::new("application", Kind::One(by_id("applications")))
                .required()
                .on(On::New),
            line("name").required(),
            Field::new("users", Kind::Many(by_id("users"))),
            Field::new("groups", Kind::Many(by_id("groups"))),
        ],
    }],
    facts: &[column("application", Cell::Of("applications"))],
    ..Resource::new("entitlements")
};
