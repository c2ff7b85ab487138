//! Narrows a part of a pattern to the characters that may stand in that part of an address, so that a wildcard of the
//! host can not run over into the path, the port or the user information.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Literal, Repetition};

use super::PatternError;

/// A part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Labels and their dots, in lower case.
    Host,
    /// Digits.
    Port,
    /// The path and the query: printable ASCII without `#` and backslash.
    Rest,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Port => "port",
            Self::Rest => "path",
        }
    }

    fn alphabet(self) -> ClassUnicode {
        let ranges: &[(char, char)] = match self {
            Self::Host => &[('a', 'z'), ('0', '9'), ('-', '.'), ('_', '_')],
            Self::Port => &[('0', '9')],
            Self::Rest => &[('!', '"'), ('$', '['), (']', '~')],
        };
        ClassUnicode::new(ranges.iter().map(|(from, to)| ClassUnicodeRange::new(*from, *to)))
    }

    fn holds(self, c: char) -> bool {
        self.alphabet()
            .iter()
            .any(|range| range.start() <= c && c <= range.end())
    }
}

/// The same expression, matching only what lies within the alphabet of `part`.
///
/// # Errors
/// [`PatternError::Character`] for a character that never stands there, [`PatternError::Class`] for a class without one
/// that may, [`PatternError::Assertion`] for an assertion before the path.
pub(super) fn confine(hir: &Hir, part: Part) -> Result<Hir, PatternError> {
    match hir.kind() {
        HirKind::Empty => Ok(Hir::empty()),
        HirKind::Literal(Literal(bytes)) => {
            let text = std::str::from_utf8(bytes).map_err(|_| PatternError::Class(part.name()))?;
            match text.chars().find(|c| !part.holds(*c)) {
                Some(foreign) => Err(PatternError::Character(foreign, part.name())),
                None => Ok(hir.clone()),
            }
        }
        HirKind::Class(class) => {
            let mut narrow = match class {
                Class::Unicode(class) => class.clone(),
                Class::Bytes(class) => class.to_unicode_class().ok_or(PatternError::Class(part.name()))?,
            };
            narrow.intersect(&part.alphabet());
            if narrow.iter().next().is_none() {
                return Err(PatternError::Class(part.name()));
            }
            Ok(Hir::class(Class::Unicode(narrow)))
        }
        HirKind::Look(_) if part == Part::Rest => Ok(hir.clone()),
        HirKind::Look(_) => Err(PatternError::Assertion),
        HirKind::Repetition(repetition) => Ok(Hir::repetition(Repetition {
            sub: Box::new(confine(&repetition.sub, part)?),
            ..repetition.clone()
        })),
        HirKind::Capture(capture) => confine(&capture.sub, part),
        HirKind::Concat(all) => Ok(Hir::concat(confine_all(all, part)?)),
        HirKind::Alternation(either) => Ok(Hir::alternation(confine_all(either, part)?)),
    }
}

fn confine_all(all: &[Hir], part: Part) -> Result<Vec<Hir>, PatternError> {
    all.iter().map(|hir| confine(hir, part)).collect()
}
