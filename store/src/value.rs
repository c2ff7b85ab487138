//! What goes into a statement and what comes back: values, rows and typed getters by position.
//!
//! Both engines speak these four kinds and nothing else. A boolean is 0 or 1, a time is microseconds since 1970 (UTC), JSON is text.

use std::fmt;

use zeroize::Zeroize as _;

/// One value of a column or of a parameter.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Val {
    /// No value.
    Null,
    /// A 64-bit integer; also booleans (0 and 1) and times (microseconds since 1970, UTC).
    Int(i64),
    /// Text in UTF-8 without NUL.
    Text(Box<str>),
    /// Bytes.
    Blob(Box<[u8]>),
}

/// Shows kind and size only: parameters hold hashes and personal data, and database drivers log parameters.
impl fmt::Debug for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(_) => f.write_str("Int"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Blob(blob) => write!(f, "Blob({} bytes)", blob.len()),
        }
    }
}

impl Val {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "int",
            Self::Text(_) => "text",
            Self::Blob(_) => "blob",
        }
    }

    /// Overwrites what the value holds. For values that carried a secret.
    pub fn wipe(&mut self) {
        match self {
            Self::Null => {}
            Self::Int(value) => value.zeroize(),
            Self::Text(text) => text.zeroize(),
            Self::Blob(blob) => blob.zeroize(),
        }
    }
}

macro_rules! val_from {
    ($($from:ty => |$value:ident| $val:expr;)*) => {$(
        impl From<$from> for Val {
            fn from($value: $from) -> Self {
                $val
            }
        }
    )*};
}

val_from! {
    i64 => |value| Self::Int(value);
    i32 => |value| Self::Int(i64::from(value));
    u32 => |value| Self::Int(i64::from(value));
    bool => |value| Self::Int(i64::from(value));
    &str => |value| Self::Text(value.into());
    &String => |value| Self::Text(value.as_str().into());
    String => |value| Self::Text(value.into_boxed_str());
    Box<str> => |value| Self::Text(value);
    &[u8] => |value| Self::Blob(value.into());
    Vec<u8> => |value| Self::Blob(value.into_boxed_slice());
    &Vec<u8> => |value| Self::Blob(value.as_slice().into());
    Box<[u8]> => |value| Self::Blob(value);
}

impl<const N: usize> From<[u8; N]> for Val {
    fn from(value: [u8; N]) -> Self {
        Self::Blob(Box::new(value))
    }
}

impl<const N: usize> From<&[u8; N]> for Val {
    fn from(value: &[u8; N]) -> Self {
        Self::Blob(value.as_slice().into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Val {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The arguments of a statement as a `Vec<Val>`: `args![id, now, None::<&str>]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        ::std::vec![$($crate::value::Val::from($value)),*]
    };
}

/// A column did not hold what the reader of the row expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column} holds {found}, expected {expected}")]
pub struct RowError {
    /// Position of the column, from 0.
    pub column: usize,
    /// Kind that was asked for.
    pub expected: &'static str,
    /// Kind that was there, or `nothing` past the last column.
    pub found: &'static str,
}

/// One row: values by position in the order of the `SELECT` list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Box<[Val]>);

impl Row {
    pub(crate) fn new(values: Vec<Val>) -> Self {
        Self(values.into_boxed_slice())
    }

    /// The value at `column`, whatever its kind.
    pub fn val(&self, column: usize) -> Result<&Val, RowError> {
        self.0.get(column).ok_or(RowError {
            column,
            expected: "a column",
            found: "nothing",
        })
    }

    /// The number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.0.len()
    }

    fn wrong<T>(&self, column: usize, expected: &'static str) -> Result<T, RowError> {
        let found = self.0.get(column).map_or("nothing", Val::kind);
        Err(RowError {
            column,
            expected,
            found,
        })
    }

    /// Text that is never null.
    pub fn text(&self, column: usize) -> Result<&str, RowError> {
        self.opt_text(column)?.map_or_else(|| self.wrong(column, "text"), Ok)
    }

    /// Text or null.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, RowError> {
        match self.0.get(column) {
            Some(Val::Text(text)) => Ok(Some(text)),
            Some(Val::Null) => Ok(None),
            _ => self.wrong(column, "text"),
        }
    }

    /// An integer that is never null.
    pub fn int(&self, column: usize) -> Result<i64, RowError> {
        self.opt_int(column)?.map_or_else(|| self.wrong(column, "int"), Ok)
    }

    /// An integer or null.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, RowError> {
        match self.0.get(column) {
            Some(Val::Int(value)) => Ok(Some(*value)),
            Some(Val::Null) => Ok(None),
            _ => self.wrong(column, "int"),
        }
    }

    /// A boolean: 0 is false and 1 is true, anything else is an error.
    pub fn bool(&self, column: usize) -> Result<bool, RowError> {
        self.opt_bool(column)?.map_or_else(|| self.wrong(column, "bool"), Ok)
    }

    /// A boolean or null.
    pub fn opt_bool(&self, column: usize) -> Result<Option<bool>, RowError> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => self.wrong(column, "bool"),
        }
    }

    /// Bytes that are never null.
    pub fn blob(&self, column: usize) -> Result<&[u8], RowError> {
        self.opt_blob(column)?.map_or_else(|| self.wrong(column, "blob"), Ok)
    }

    /// Bytes or null.
    pub fn opt_blob(&self, column: usize) -> Result<Option<&[u8]>, RowError> {
        match self.0.get(column) {
            Some(Val::Blob(blob)) => Ok(Some(blob)),
            Some(Val::Null) => Ok(None),
            _ => self.wrong(column, "blob"),
        }
    }

    /// Bytes of a fixed length, for hashes.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], RowError> {
        let blob = self.blob(column)?;
        blob.try_into()
            .or_else(|_| self.wrong(column, "a blob of another length"))
    }
}

/// The rows that a read returned, in the order of the statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows(Vec<Row>);

impl Rows {
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        Self(rows)
    }

    /// The first row, if there is one.
    #[must_use]
    pub fn first(&self) -> Option<&Row> {
        self.0.first()
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Row> {
        self.0.iter()
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(crate) fn reverse(&mut self) {
        self.0.reverse();
    }
}

impl IntoIterator for Rows {
    type Item = Row;
    type IntoIter = std::vec::IntoIter<Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Row;
    type IntoIter = std::slice::Iter<'a, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
