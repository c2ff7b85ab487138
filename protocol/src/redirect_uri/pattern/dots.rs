//! Dots that were meant as dots: in a pattern a dot stands for any character, in an address it separates.

use regex_syntax::ast::Ast;

/// The pattern with its lone dots escaped; `None` when it has none. A dot that is repeated (`.*`, `.+`, `.{3}`) is a
/// wildcard on purpose.
pub(super) fn escaped(pattern: &str, ast: &Ast) -> Option<String> {
    let mut places = Vec::new();
    collect(ast, &mut places);
    let mut better = pattern.to_owned();
    for place in places.iter().rev() {
        better.insert(*place, '\\');
    }
    (!places.is_empty()).then_some(better)
}

/// In the order of the pattern. The parser bounds the depth.
fn collect(ast: &Ast, places: &mut Vec<usize>) {
    match ast {
        Ast::Dot(span) => places.push(span.start.offset),
        Ast::Repetition(repetition) if matches!(*repetition.ast, Ast::Dot(_)) => {}
        Ast::Repetition(repetition) => collect(&repetition.ast, places),
        Ast::Group(group) => collect(&group.ast, places),
        Ast::Alternation(either) => either.asts.iter().for_each(|ast| collect(ast, places)),
        Ast::Concat(all) => all.asts.iter().for_each(|ast| collect(ast, places)),
        _ => {}
    }
}
