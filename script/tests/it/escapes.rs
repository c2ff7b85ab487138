//! What an expression must not reach.

use script::RunFault;
use serde_json::json;

use crate::setting::{POLICY, exception, run, value};

#[test]
fn files_and_the_environment_are_out_of_reach() {
    for source in [
        "return open('/etc/passwd').read()",
        "return open('/proc/self/environ')",
        "open('/tmp/x', 'w').write('x')",
    ] {
        let (kind, message) = exception(POLICY, source);
        assert_eq!(kind, "PermissionError", "{source}");
        assert!(message.contains("not available in expressions"), "{message}");
    }
}

#[test]
fn names_of_the_real_python_are_not_defined() {
    for name in [
        "os",
        "sys",
        "pathlib",
        "subprocess",
        "socket",
        "builtins",
        "__builtins__",
        "__import__",
        "eval",
        "exec",
        "compile",
        "globals",
        "locals",
        "vars",
        "dir",
        "input",
        "breakpoint",
        "__loader__",
        "memoryview",
    ] {
        let result = run(POLICY, &format!("return {name}"));
        match result {
            Err(RunFault::Exception(exception)) => assert_eq!(exception.kind, "NameError", "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn the_inside_of_objects_is_closed() {
    for source in [
        "return ().__class__.__bases__",
        "return ().__class__.__subclasses__()",
        "return ''.__class__.__mro__",
        "return user.__dict__",
        "return user.__class__.__subclasses__()",
        "return (lambda: 0).__globals__",
        "return (lambda: 0).__code__",
        "return ak_user_by.__self__",
        "return getattr(user, '__dict__')",
        "return getattr(getattr((), '__class__'), '__subclasses__')",
        "return request.__init__",
        "return '{0.__class__.__init__.__globals__}'.format(user)",
        "return f'{user.__class__.__mro__}'",
        "return type(user)('x')",
    ] {
        let result = run(POLICY, source);
        assert!(
            matches!(&result, Err(RunFault::Exception(_) | RunFault::Syntax(_))),
            "{source}: {result:?}"
        );
    }
}

#[test]
fn hidden_functions_take_nothing_that_open_ones_do_not() {
    // The names exist only where the prelude uses them; what they do is what the open functions do.
    assert_eq!(
        exception(POLICY, "return __http('GET', 'x', {}, {}, None, {})").0,
        "NameError"
    );
    assert_eq!(exception(POLICY, "return __call_policy('x', {}, {})").0, "NameError");
    assert_eq!(exception(POLICY, "return __q_all(user)").0, "NameError");
}

#[test]
fn what_one_expression_leaves_behind_the_next_does_not_see() {
    assert_eq!(
        value("leftover = 1\nuser.username = 'eve'\nrequest.context['x'] = 1\nreturn user.username"),
        json!("eve")
    );
    assert_eq!(
        value("return [user.username, request.context.get('x')]"),
        json!(["alice", null])
    );
    assert_eq!(exception(POLICY, "return leftover").0, "NameError");
}

#[test]
fn an_object_is_not_its_secrets() {
    for name in [
        "password",
        "client_secret",
        "signing_key",
        "_state",
        "save",
        "delete",
        "set_password",
        "objects",
    ] {
        for object in ["user", "provider", "token", "request"] {
            let (kind, _) = exception(POLICY, &format!("return {object}.{name}"));
            assert_eq!(kind, "AttributeError", "{object}.{name}");
        }
    }
}
