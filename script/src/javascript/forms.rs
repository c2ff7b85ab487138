//! The forms that the source of a script has, and how it is made a program.
//!
//! Nearly every form is a program: the function is then found by its name, as the value of the program, or in
//! `module.exports`. One is not: a function without a name. It stands at the beginning, after blanks, comments and
//! `'use strict'`; a few words before it make it one.

/// What makes a function without a name a program.
const EXPORT: &str = "module.exports = ";

/// What keeps a program from running: it is read as a whole before anything of it runs. The interpreter throws null where it has
/// no memory, and an object or a text for everything else.
const STOP: &str = "throw 0; ";

/// A program, and where something was put into it: for positions in messages.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) text: String,
    line: u32,
    column: u32,
    added: u32,
}

impl Program {
    /// A source as a program that leads to its function.
    pub(super) fn to_run(source: &str) -> Self {
        Self::new(source, false)
    }

    /// A source as a program that stops before it does anything.
    pub(super) fn to_check(source: &str) -> Self {
        Self::new(source, true)
    }

    fn new(source: &str, stops: bool) -> Self {
        let at = beginning(source);
        let (before, rest) = source.split_at(at);
        let stop = if stops { STOP } else { "" };
        let export = if is_nameless(rest) { EXPORT } else { "" };
        let last = before.rsplit('\n').next().unwrap_or_default();
        Self {
            text: format!("{before}{stop}{export}{rest}"),
            line: number(before.matches('\n').count() + 1),
            column: number(last.chars().count() + 1),
            added: number(stop.len() + export.len()),
        }
    }

    /// A position in the program as one in the source.
    pub(super) const fn position(&self, line: u32, column: u32) -> (u32, u32) {
        if line == self.line && column > self.column {
            let back = column.saturating_sub(self.added);
            (line, if back < self.column { self.column } else { back })
        } else {
            (line, column)
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Where blanks, comments and directives end.
fn beginning(source: &str) -> usize {
    let mut rest = blank(source);
    for quote in ['\'', '"'] {
        let strict = rest
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_prefix("use strict"));
        if let Some(after) = strict.and_then(|rest| rest.strip_prefix(quote)) {
            let after = blank(after);
            rest = blank(after.strip_prefix(';').unwrap_or(after));
        }
    }
    source.len() - rest.len()
}

/// What follows blanks and comments.
fn blank(source: &str) -> &str {
    let mut rest = source;
    loop {
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        rest = if let Some(comment) = trimmed.strip_prefix("//") {
            comment
                .find(['\n', '\r', '\u{2028}', '\u{2029}'])
                .map_or("", |end| comment.get(end..).unwrap_or_default())
        } else if let Some(comment) = trimmed.strip_prefix("/*") {
            match comment.split_once("*/") {
                Some((_, after)) => after,
                None => return trimmed,
            }
        } else {
            return trimmed;
        };
    }
}

/// Whether a function without a name is at the beginning.
fn is_nameless(rest: &str) -> bool {
    let word = |text: &str, word: &str| {
        let after = text.strip_prefix(word)?;
        let ends = !after.starts_with(|c: char| c == '_' || c == '$' || c.is_alphanumeric());
        ends.then(|| blank(after).to_owned())
    };
    let rest = word(rest, "async").unwrap_or_else(|| rest.to_owned());
    let Some(after) = word(&rest, "function") else {
        return false;
    };
    let after = after.strip_prefix('*').map_or(after.as_str(), blank);
    after.starts_with('(')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(source: &str) -> String {
        Program::to_run(source).text
    }

    #[test]
    fn only_a_function_without_a_name_is_changed() {
        for source in [
            "function f(a, b, c) {}",
            "async function f() {}",
            "(a, b, c) => {}",
            "async (a) => {}",
            "functional(1)",
            "",
            "// only",
        ] {
            assert_eq!(run(source), source);
        }
        for source in [
            "function(a) {}",
            "function (a) {};",
            "async function(a) {}",
            "async\nfunction /* x */ (a) {}",
        ] {
            assert_eq!(run(source), format!("module.exports = {source}"));
        }
        assert_eq!(
            run("\n// one\n/* two */ function() {}"),
            "\n// one\n/* two */ module.exports = function() {}"
        );
        assert_eq!(
            run("'use strict';\nfunction() {}"),
            "'use strict';\nmodule.exports = function() {}"
        );
        assert_eq!(run("/* open function() {}"), "/* open function() {}");
    }

    #[test]
    fn positions_are_those_of_the_source() {
        let program = Program::to_check("// a\nfunction() { ) }");
        assert_eq!(program.text, "// a\nthrow 0; module.exports = function() { ) }");
        assert_eq!(program.position(2, 14 + 26), (2, 14));
        assert_eq!(program.position(3, 14), (3, 14));
        assert_eq!(program.position(1, 2), (1, 2));
        assert_eq!(Program::to_run("x y").position(1, 3), (1, 3));
    }
}
