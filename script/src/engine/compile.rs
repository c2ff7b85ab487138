//! From a source to a program: it is parsed, read for what is refused, rewritten where query sets are used, put behind its
//! prelude and compiled. Runs on a thread with a large stack only: a flat chain of 20,000 links is as deep as it is long.

use std::collections::HashSet;

use monty::MontyRun;
use monty_types::{AssertMessageAnnotations, CompileOptions, MontyException};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::prelude::{Prelude, is_for_policies};
use super::refusals::{self, Edit};
use crate::expression::{Kind, words};
use crate::outcome::SyntaxFault;

/// The name of the program in tracebacks.
pub(super) const FILE: &str = "expression";

/// An expression that is ready to run.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(super) kind: Kind,
    pub(super) program: MontyRun,
    pub(super) prelude: Prelude,
    /// Every word of the source, sorted: attributes that it mentions are handed in with an object.
    pub(super) words: HashSet<String>,
    /// The source, for tracebacks.
    pub(super) source: String,
}

/// Compiles a source of admitted length.
///
/// # Errors
/// Where it is wrong.
pub(crate) fn compile(kind: Kind, source: &str) -> Result<Compiled, SyntaxFault> {
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    if let Some(at) = source.find('\0') {
        return Err(fault_at(&source, at, "the source contains a zero byte", None));
    }
    let parsed = parse_unchecked(&source, ParseOptions::from(Mode::Module));
    let module = parsed.syntax().as_module();
    let body = module.map(|module| module.body.as_slice()).unwrap_or_default();
    let said: HashSet<&str> = words(&source).collect();
    let found = refusals::read(&source, body, said.contains("prompt_data"));
    let refused = found
        .refused
        .map(|refused| fault_at(&source, refused.at, &refused.message, refused.suggestion));
    let wrong = parsed.errors().first().map(|error| {
        let at = error.location.start().to_usize();
        fault_at(&source, at, &error.error.to_string(), indented(&source, at))
    });
    // What stands first is what the administrator sees first.
    match (refused, wrong) {
        (Some(refused), Some(wrong)) if (wrong.line, wrong.column) < (refused.line, refused.column) => {
            return Err(wrong);
        }
        (Some(refused), _) => return Err(refused),
        (None, Some(wrong)) => return Err(wrong),
        (None, None) => {}
    }
    let prelude = Prelude::new(kind, &said, &found.queries);
    let text = prelude.around(&apply(&source, found.edits));
    let names = prelude.inputs.iter().map(|&name| name.to_owned()).collect();
    let options = CompileOptions {
        assert_message_annotations: AssertMessageAnnotations::Off,
    };
    let program = MontyRun::new(text, FILE, names, options).map_err(|error| not_compiled(&source, &prelude, &error))?;
    Ok(Compiled {
        kind,
        program,
        words: said.iter().map(|&word| word.to_owned()).collect(),
        prelude,
        source,
    })
}

/// Applies edits, which do not overlap.
fn apply(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.from, edit.to));
    let mut text = String::with_capacity(source.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        text.push_str(source.get(at..edit.from).unwrap_or_default());
        text.push_str(&edit.text);
        at = edit.to;
    }
    text.push_str(source.get(at..).unwrap_or_default());
    text
}

fn fault_at(source: &str, at: usize, message: &str, suggestion: Option<String>) -> SyntaxFault {
    let before = source.get(..at.min(source.len())).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    SyntaxFault {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        message: message.to_owned(),
        suggestion,
    }
}

/// Advice when the first line is indented.
fn indented(source: &str, at: usize) -> Option<String> {
    let before = source.get(..at).unwrap_or_default();
    let line = source.lines().nth(before.matches('\n').count())?;
    let alone = before
        .lines()
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    (alone && line.starts_with([' ', '\t'])).then(|| "Remove the spaces at the beginning of the line".to_owned())
}

/// What the compiler refuses although it parses.
fn not_compiled(source: &str, prelude: &Prelude, error: &MontyException) -> SyntaxFault {
    let frame = error.traceback().last();
    let line = frame.map_or(1, |frame| frame.start.line.saturating_sub(prelude.lines).max(1));
    let last = u32::try_from(source.lines().count()).unwrap_or(u32::MAX).max(1);
    let message = error.message().unwrap_or("the expression can not be compiled");
    let message = message
        .replace("The monty syntax parser does not yet support", "expressions have no")
        .replace("Monty", "an expression")
        .replace("monty", "an expression");
    SyntaxFault {
        line: line.min(last),
        column: frame.map_or(1, |frame| frame.start.column),
        message,
        suggestion: None,
    }
}

/// Advice for a name that is not defined.
pub(super) fn about_name(kind: Kind, name: &str) -> Option<String> {
    (kind == Kind::ScopeMapping && is_for_policies(name))
        .then(|| format!("name '{name}' is not defined: only policies have it (a mapping reads request.context)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str) -> String {
        let parsed = parse_unchecked(source, ParseOptions::from(Mode::Module));
        let body = &parsed.syntax().as_module().unwrap().body;
        apply(source, refusals::read(source, body, true).edits)
    }

    #[test]
    fn query_methods_become_functions_and_lines_stay() {
        assert_eq!(
            rewritten("x = user.groups.all().filter(name='a').first().name"),
            "x = __q_first(__q_filter(__q_all(user.groups,),name='a'),).name"
        );
        assert_eq!(
            rewritten("x = (a or\n b)\\\n.exists()"),
            "x = __q_exists((a or\n b)\\\n,)"
        );
        assert_eq!(
            rewritten("x = f\"{a.count()} {a.count('b')}\""),
            "x = f\"{__q_count(a,)} {a.count('b')}\""
        );
        assert_eq!(
            rewritten("x = d.get('a') or m.get(name='b')"),
            "x = d.get('a') or __q_get(m,name='b')"
        );
    }

    #[test]
    fn returns_of_the_expression_hand_the_context_back_and_those_of_functions_do_not() {
        assert_eq!(
            rewritten("def f():\n  return 1\nreturn 1, 2\nreturn"),
            "def f():\n  return 1\nreturn __return(( 1, 2), __context)\nreturn __return((None), __context)"
        );
    }
}
