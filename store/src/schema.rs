//! The one numbered series of migrations, and the list of all statements for the test that prepares them.

use crate::migrate::{ByEngine, Migration, Series};
use crate::statement::Sql;

/// All migrations, in their order. They only add; what is removed waits two versions.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "foundation",
        sql: include_str!("../migrations/0001_foundation.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "keys",
        sql: include_str!("../migrations/0002_keys.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "sign_out",
        sql: include_str!("../migrations/0003_sign_out.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "device codes",
        sql: include_str!("../migrations/0005_device_codes.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "machine_grants",
        sql: include_str!("../migrations/0007_machine_grants.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "expressions",
        sql: include_str!("../migrations/0008_expressions.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "logout notices",
        sql: include_str!("../migrations/0009_logout_notices.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "sources",
        sql: include_str!("../migrations/0010_sources.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "trusted issuers",
        sql: include_str!("../migrations/0011_trusted_issuers.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "webhooks",
        sql: include_str!("../migrations/0012_webhooks.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "idempotent answers",
        sql: include_str!("../migrations/0013_idempotent_answers.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "auth0",
        sql: include_str!("../migrations/0014_auth0.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "mail",
        sql: include_str!("../migrations/0018_mail.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "activity",
        sql: include_str!("../migrations/0019_activity.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "names",
        sql: include_str!("../migrations/0015_names.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "transactions",
        sql: include_str!("../migrations/0016_transactions.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "factors",
        sql: include_str!("../migrations/0017_factors.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "source samples",
        sql: include_str!("../migrations/0020_source_samples.sql"),
        oldest_program: "0.1.0",
        by_engine: None,
    },
    Migration {
        name: "search",
        sql: "",
        oldest_program: "0.1.0",
        by_engine: Some(ByEngine {
            sqlite: include_str!("../migrations/0022_search_sqlite.sql"),
            postgres: include_str!("../migrations/0022_search_postgres.sql"),
        }),
    },
];

/// The series for this program.
#[must_use]
pub const fn series() -> Series<'static> {
    Series {
        program: env!("CARGO_PKG_VERSION"),
        migrations: MIGRATIONS,
    }
}

/// Every statement of every kind of record.
#[must_use]
pub fn statements() -> Vec<&'static Sql> {
    [
        crate::activity::ALL,
        crate::api_tokens::ALL,
        crate::app_passwords::ALL,
        crate::applications::ALL,
        crate::applications::secrets::ALL,
        crate::challenges::ALL,
        crate::consents::ALL,
        crate::entitlements::ALL,
        crate::device_codes::ALL,
        crate::events::ALL,
        crate::external_accounts::ALL,
        crate::external_accounts::offset::ALL,
        crate::factors::ALL,
        crate::failures::ALL,
        crate::grants::ALL,
        crate::grants::list::ALL,
        crate::grants::machine::ALL,
        crate::groups::ALL,
        crate::groups::list::ALL,
        crate::idempotent_answers::ALL,
        crate::installation::ALL,
        crate::invitations::ALL,
        crate::mail_links::ALL,
        crate::mails::ALL,
        crate::parties::ALL,
        crate::parties::notices::ALL,
        crate::pending::ALL,
        crate::policies::ALL,
        crate::policy_bindings::ALL,
        crate::property_mappings::ALL,
        crate::samples::ALL,
        crate::scope_mappings::ALL,
        crate::sessions::ALL,
        crate::setup_links::ALL,
        crate::signing_keys::ALL,
        crate::source_subjects::ALL,
        crate::source_visits::ALL,
        crate::sources::ALL,
        crate::sources::groups::ALL,
        crate::sweep::ALL,
        crate::transactions::ALL,
        crate::users::ALL,
        crate::users::administrators::ALL,
        crate::users::around::ALL,
        crate::users::emails::ALL,
        crate::users::list::ALL,
        crate::webhooks::ALL,
        crate::webhooks::deliveries::ALL,
        crate::webhooks::outbox::ALL,
        crate::webhooks::outbox::copies::ALL,
    ]
    .concat()
}
