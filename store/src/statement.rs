//! Statements: each SQL text is declared once, with a name, in the module of the record that it belongs to.
//!
//! The texts use `$1` to `$n` and the part of SQL that both engines share (BIGINT, TEXT, BYTEA, ON CONFLICT, RETURNING). SQLite numbers
//! `$n` by first appearance and `?n` by its number, so it gets the same text with `?` in the place of `$`, made when the program is compiled.

use crate::value::Val;

/// One SQL text. Made by [`statements!`](crate::statements) only, so that every text is in a list that a test prepares on both engines.
#[derive(Debug)]
pub struct Sql {
    name: &'static str,
    text: &'static str,
    sqlite: &'static str,
}

impl Sql {
    #[doc(hidden)]
    #[must_use]
    pub const fn declare(name: &'static str, text: &'static str, sqlite: &'static str) -> Self {
        Self { name, text, sqlite }
    }

    /// Module and name of the declaration, for logs and tests.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The text with `$n`.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// The text with `?n`.
    pub(crate) const fn sqlite(&self) -> &'static str {
        self.sqlite
    }

    /// A write that may touch any number of rows.
    #[must_use]
    pub const fn with(&'static self, args: Vec<Val>) -> Stmt {
        Stmt {
            sql: self,
            args,
            expect: Expect::Any,
        }
    }

    /// A write that must touch exactly `rows` rows, otherwise its whole batch is undone and answered with a conflict.
    #[must_use]
    pub const fn guarded(&'static self, args: Vec<Val>, rows: u64) -> Stmt {
        Stmt {
            sql: self,
            args,
            expect: Expect::Rows(rows),
        }
    }
}

/// How many rows a write must touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Any number.
    Any,
    /// Exactly this many. The condition belongs in a *write* (`UPDATE ... WHERE used_at IS NULL`): a `SELECT` takes no lock on PostgreSQL.
    Rows(u64),
}

impl Expect {
    pub(crate) const fn is_met_by(self, touched: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Rows(rows) => rows == touched,
        }
    }
}

/// One write of a batch.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// The text.
    pub sql: &'static Sql,
    /// One value for each `$n`.
    pub args: Vec<Val>,
    /// The guard.
    pub expect: Expect,
}

/// Writes that become visible and durable together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The writes, applied in this order.
    pub statements: Vec<Stmt>,
    /// What other nodes must forget: sent to every cache of every node when, and only when, the batch is committed. At most 7,900 bytes each.
    pub notify: Vec<String>,
}

impl Batch {
    /// A batch of these writes that invalidates nothing.
    #[must_use]
    pub const fn new(statements: Vec<Stmt>) -> Self {
        Self {
            statements,
            notify: Vec::new(),
        }
    }

    /// Adds what caches must forget.
    #[must_use]
    pub fn notify(mut self, payload: impl Into<String>) -> Self {
        self.notify.push(payload.into());
        self
    }

    /// Adds a write.
    pub fn push(&mut self, statement: Stmt) {
        self.statements.push(statement);
    }
}

impl From<Stmt> for Batch {
    fn from(statement: Stmt) -> Self {
        Self::new(vec![statement])
    }
}

/// A text made while the program runs. Only the builder of lists makes one, from parts that are all constants of the program.
#[derive(Debug, Clone)]
pub struct DynamicSql {
    pub(crate) text: String,
    pub(crate) sqlite: String,
    pub(crate) args: Vec<Val>,
}

impl DynamicSql {
    pub(crate) fn new(text: String, args: Vec<Val>) -> Self {
        let mut bytes = text.clone().into_bytes();
        number_parameters(&mut bytes);
        // One ASCII byte was replaced by another, so the text is as valid as before.
        let sqlite = String::from_utf8(bytes).unwrap_or_else(|_| text.clone());
        Self { text, sqlite, args }
    }

    /// The text with `$n`, for the test that prepares it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

const fn number_parameters(bytes: &mut [u8]) {
    let mut i = 0;
    while i + 1 < bytes.len() {
        if bytes[i] == b'$' && bytes[i + 1].is_ascii_digit() {
            bytes[i] = b'?';
        }
        i += 1;
    }
}

#[doc(hidden)]
#[must_use]
pub const fn sqlite_bytes<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(text.as_bytes());
    number_parameters(&mut bytes);
    bytes
}

#[doc(hidden)]
#[must_use]
pub const fn sqlite_text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// Declares the statements of a module as statics and lists them all in `ALL`.
///
/// ```
/// store::statements! {
///     /// Finds an application.
///     pub LOAD = "SELECT name FROM application WHERE id = $1";
///     RENAME = "UPDATE application SET name = $2 WHERE id = $1";
/// }
/// # assert_eq!(ALL.len(), 2);
/// # assert!(ALL[1].name().ends_with("::RENAME"));
/// # let _ = (&LOAD, &RENAME);
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$meta:meta])* $visibility:vis $name:ident = $text:expr;)*) => {
        $($(#[$meta])* $visibility static $name: $crate::statement::Sql = {
            const TEXT: &str = $text;
            static SQLITE: [u8; TEXT.len()] = $crate::statement::sqlite_bytes(TEXT);
            $crate::statement::Sql::declare(
                concat!(module_path!(), "::", stringify!($name)),
                TEXT,
                $crate::statement::sqlite_text(&SQLITE),
            )
        };)*
        /// Every statement of this module, for the test that prepares them on both engines.
        pub static ALL: &[&$crate::statement::Sql] = &[$(&$name),*];
    };
}
