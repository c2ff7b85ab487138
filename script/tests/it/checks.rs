//! What is said about a source when it is saved.

use script::{CheckFault, Kind, SyntaxFault};

use crate::setting::{MAPPING, POLICY, block_on, workers};

fn check(kind: Kind, source: &str) -> Result<(), CheckFault> {
    block_on(workers().check(kind, source))
}

fn refused(source: &str) -> SyntaxFault {
    match check(MAPPING, source) {
        Err(CheckFault::Syntax(fault)) => fault,
        other => panic!("{source}\nwas to be refused: {other:?}"),
    }
}

#[test]
fn what_is_fine_is_accepted() {
    assert_eq!(check(MAPPING, "return {'a': user.email}"), Ok(()));
    assert_eq!(check(POLICY, "return True"), Ok(()));
    assert_eq!(check(POLICY, ""), Ok(()));
    assert_eq!(check(POLICY, "if True:\r\n    return 1\r\n"), Ok(()));
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    let fault = refused("x = 1\nreturn (x +\n");
    assert!(fault.line >= 2, "{fault:?}");
    let fault = refused("if True\n    return 1");
    assert_eq!((fault.line, fault.column), (1, 8), "{fault:?}");
    let fault = refused("x = 'ä' ?\nreturn x");
    assert_eq!(
        (fault.line, fault.column),
        (1, 9),
        "a column counts characters: {fault:?}"
    );
    let fault = refused("  return 1");
    assert!(fault.suggestion.unwrap().contains("spaces at the beginning"));
}

#[test]
fn what_the_language_lacks_is_named_with_advice() {
    for (source, at, word, advice) in [
        ("x = 1\nimport re", (2, 1), "import", "regex_match"),
        ("from authentik.core.models import User", (1, 1), "import", "ak_user_by"),
        ("if True:\n    import json", (2, 5), "import", "becomes JSON"),
        ("import ipaddress", (1, 1), "import", "ip_address"),
        ("import nothing_known", (1, 1), "import", "need no import"),
        ("class A:\n    pass", (1, 1), "classes", "dictionary"),
        ("@staticmethod\ndef f():\n    pass", (1, 1), "decorators", "around"),
        ("def f():\n    yield 1", (2, 5), "yield", "list"),
        ("async def f():\n    pass", (1, 1), "async", "def"),
        ("x = await f()", (1, 5), "await", "Leave it out"),
        ("with open('x') as f:\n    pass", (1, 1), "with", "directly"),
        ("match 1:\n    case 1:\n        pass", (1, 1), "match", "elif"),
        ("return 'a %s' % user.name", (1, 8), "%", "format"),
        ("d = {}\ndel d['x']", (2, 1), "del", "pop"),
    ] {
        let fault = refused(source);
        assert_eq!((fault.line, fault.column), at, "{source}: {fault:?}");
        assert!(fault.message.contains(word), "{source}: {fault:?}");
        assert!(
            fault.suggestion.clone().unwrap_or_default().contains(advice),
            "{source}: {fault:?}"
        );
    }
}

#[test]
fn a_source_that_is_too_long_is_refused() {
    assert_eq!(
        check(POLICY, &format!("return 1 #{}", "x".repeat(64 * 1024 - 10))),
        Ok(())
    );
    let fault = refused(&format!("return 1 #{}", "x".repeat(64 * 1024 - 9)));
    assert!(fault.message.contains("65536"), "{fault:?}");
}

#[test]
fn a_long_chain_does_not_end_the_worker() {
    let dots = format!("return user{}", ".a".repeat(20_000));
    let sums = format!("return 1{}", "+1".repeat(20_000));
    let brackets = format!("return {}1{}", "(".repeat(20_000), ")".repeat(20_000));
    let nots = format!("return {}True", "not ".repeat(10_000));
    let calls = format!("return user{}", ".all()".repeat(8_000));
    for source in [dots, sums, brackets, nots, calls] {
        assert!(
            matches!(check(POLICY, &source), Err(CheckFault::Syntax(_))),
            "{}",
            &source[..20]
        );
        assert_eq!(check(POLICY, "return 1"), Ok(()));
    }
}
