//! Reads the syntax tree of an expression: what is refused when it is saved, with advice, and which calls are rewritten.
//!
//! A query set is a list in the sandbox, so that its length, its truth, iteration and slices are Python's own; its methods
//! (`.filter(...)`, `.exists()`, ...) become calls of functions that the worker answers.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};

/// A construct that is not part of the language.
#[derive(Debug)]
pub(super) struct Refused {
    /// Where it stands, in bytes.
    pub(super) at: usize,
    /// What it is.
    pub(super) message: String,
    /// What to write instead.
    pub(super) suggestion: Option<String>,
}

/// A piece of the source that is replaced by another without a change of lines.
#[derive(Debug)]
pub(super) struct Edit {
    /// The first byte that is replaced.
    pub(super) from: usize,
    /// The first byte that is kept.
    pub(super) to: usize,
    /// What stands there instead.
    pub(super) text: String,
}

/// What was found in a tree.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) refused: Option<Refused>,
    pub(super) edits: Vec<Edit>,
    pub(super) queries: Vec<&'static str>,
}

/// The methods of a query set, and the functions that stand for them.
const QUERIES: &[(&str, &str)] = &[
    ("all", "__q_all"),
    ("filter", "__q_filter"),
    ("exclude", "__q_exclude"),
    ("exists", "__q_exists"),
    ("first", "__q_first"),
    ("last", "__q_last"),
    ("count", "__q_count"),
    ("distinct", "__q_distinct"),
    ("order_by", "__q_order_by"),
    ("values_list", "__q_values_list"),
    ("get", "__q_get"),
];

/// The name of the method that a rewritten function stands for.
pub(super) fn query_method(function: &str) -> Option<&'static str> {
    QUERIES
        .iter()
        .find(|(_, name)| *name == function)
        .map(|(method, _)| *method)
}

/// Reads a tree.
pub(super) fn read(source: &str, body: &[Stmt], returns: bool) -> Findings {
    let mut reader = Reader {
        source,
        returns,
        depth: 0,
        found: Findings::default(),
    };
    for statement in body {
        reader.visit_stmt(statement);
    }
    reader.found
}

struct Reader<'a> {
    source: &'a str,
    /// Whether a `return` hands the context back too.
    returns: bool,
    /// How many functions are open.
    depth: usize,
    found: Findings,
}

impl Reader<'_> {
    fn refuse(&mut self, at: TextRange, message: &str, suggestion: impl Into<Option<String>>) {
        let at = at.start().to_usize();
        if self.found.refused.as_ref().is_none_or(|first| at < first.at) {
            self.found.refused = Some(Refused {
                at,
                message: message.to_owned(),
                suggestion: suggestion.into(),
            });
        }
    }

    fn edit(&mut self, from: usize, to: usize, text: impl Into<String>) {
        self.found.edits.push(Edit {
            from,
            to,
            text: text.into(),
        });
    }

    fn return_statement(&mut self, statement: &Stmt, has_value: bool) {
        if !self.returns || self.depth > 0 {
            return;
        }
        let after = statement.range().start().to_usize() + "return".len();
        let end = statement.range().end().to_usize();
        self.edit(after, after, if has_value { " __return((" } else { " __return((None" });
        self.edit(end, end, "), __context)");
    }

    fn call(&mut self, call: &ExprCall) {
        let Expr::Attribute(method) = call.func.as_ref() else {
            return;
        };
        let name = method.attr.as_str();
        let Some((_, function)) = QUERIES.iter().find(|(query, _)| *query == name) else {
            return;
        };
        let (plain, named) = (&call.arguments.args, &call.arguments.keywords);
        let wanted = match name {
            // `str.count` and `list.count` take an argument, and `dict.get` takes no named one.
            "count" => plain.is_empty() && named.is_empty(),
            "get" => plain.is_empty() && !named.is_empty() && named.iter().all(|named| named.arg.is_some()),
            _ => true,
        };
        // A lone generator needs no parentheses of its own as the only argument, but would as the second.
        let generator = plain.len() == 1 && named.is_empty() && matches!(plain.first(), Some(Expr::Generator(_)));
        if !wanted || generator {
            return;
        }
        let start = method.range().start().to_usize();
        let open = call.arguments.range.start().to_usize() + 1;
        let attribute = method.attr.range().start().to_usize();
        let Some(dot) = self.source.get(..attribute).and_then(last_dot) else {
            return;
        };
        let lines = self.source.get(dot..open).map_or(0, |text| text.matches('\n').count());
        self.edit(start, start, format!("{function}("));
        self.edit(dot, open, format!(",{}", "\n".repeat(lines)));
        if !self.found.queries.contains(function) {
            self.found.queries.push(function);
        }
    }
}

/// The dot before an attribute: whitespace, line ends and comments may stand between.
fn last_dot(before: &str) -> Option<usize> {
    let trimmed = before.trim_end();
    if trimmed.ends_with('.') {
        return Some(trimmed.len() - 1);
    }
    // A comment between the dot and the name is too rare to be worth reading.
    None
}

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let at = statement.range();
        match statement {
            Stmt::Import(import) => {
                let name = import.names.first().map_or("", |alias| alias.name.as_str());
                self.refuse(at, "`import` is not available in expressions", instead_of(name));
            }
            Stmt::ImportFrom(import) => {
                let name = import.module.as_ref().map_or("", |module| module.as_str());
                self.refuse(at, "`import` is not available in expressions", instead_of(name));
            }
            Stmt::ClassDef(_) => self.refuse(
                at,
                "classes can not be defined in expressions",
                "Use a dictionary or a function".to_owned(),
            ),
            Stmt::With(_) => self.refuse(
                at,
                "`with` is not available in expressions",
                "Use the object directly; nothing has to be closed".to_owned(),
            ),
            Stmt::Match(_) => self.refuse(
                at,
                "`match` is not available in expressions",
                "Write it as `if`, `elif` and `else`".to_owned(),
            ),
            Stmt::Delete(_) => self.refuse(
                at,
                "`del` is not available in expressions",
                "Use `.pop(key, None)` for a dictionary, `.pop(index)` for a list".to_owned(),
            ),
            Stmt::FunctionDef(function) => {
                if function.is_async {
                    self.refuse(
                        at,
                        "`async` is not available in expressions",
                        "Write `def`; calls wait for their answer".to_owned(),
                    );
                } else if let Some(decorator) = function.decorator_list.first() {
                    self.refuse(
                        decorator.range(),
                        "decorators are not available in expressions",
                        "Call the function around yours where it is used".to_owned(),
                    );
                }
                self.depth += 1;
                walk_stmt(self, statement);
                self.depth -= 1;
                return;
            }
            Stmt::For(each) if each.is_async => {
                self.refuse(at, "`async` is not available in expressions", "Write `for`".to_owned());
            }
            Stmt::Return(returned) => self.return_statement(statement, returned.value.is_some()),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let at = expression.range();
        match expression {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.refuse(
                at,
                "`yield` is not available in expressions",
                "Return a list".to_owned(),
            ),
            Expr::Await(_) => self.refuse(
                at,
                "`await` is not available in expressions",
                "Leave it out; calls wait for their answer".to_owned(),
            ),
            Expr::BinOp(operation) if operation.op == Operator::Mod => {
                if matches!(operation.left.as_ref(), Expr::StringLiteral(_) | Expr::FString(_)) {
                    self.refuse(
                        at,
                        "`%` does not format text in expressions",
                        "Write f\"... {value} ...\" or \"... {} ...\".format(value)".to_owned(),
                    );
                }
            }
            Expr::Call(call) => self.call(call),
            _ => {}
        }
        walk_expr(self, expression);
    }
}

/// What to use in place of a module.
fn instead_of(module: &str) -> String {
    let text = match module.split('.').next().unwrap_or_default() {
        "re" => "Use regex_match(value, pattern) and regex_replace(value, pattern, replacement)",
        "requests" | "urllib" | "urllib3" | "httpx" | "http" => {
            "Leave the line out: `requests` is there without it, and answers have .json()"
        }
        "json" => "Leave it out: a dictionary that is returned becomes JSON, and answers of `requests` have .json()",
        "ipaddress" => "Leave the line out: ip_address and ip_network are there without it",
        "socket" => "Use resolve_dns(name) and reverse_dns(address)",
        "authentik" | "django" => {
            "Use the functions that begin with ak_ (ak_user_by, ak_is_group_member, ...), or user and request"
        }
        "structlog" | "logging" => "Use ak_logger.info(...), .debug(...) or .warning(...)",
        "jwt" | "jose" => "Use ak_create_jwt or ak_create_jwt_raw",
        _ => "Use the functions that expressions have; they need no import",
    };
    text.to_owned()
}
