//! The forms that the source of a script has (B-9.8), and what is no script.

use script::{ProfileInputs, ProfileScript, ScriptFault, ScriptLimits};
use serde_json::{Value, json};

use crate::profile_setting::{PATIENT, Web, block_on, fault, members, profile, workers};

fn makes_42(source: &str) {
    assert_eq!(profile(source), json!({ "user_id": 42 }), "{source}");
}

#[test]
fn b_9_8_a_named_function() {
    makes_42("function fetchUserProfile(token, context, callback) { callback(null, { user_id: 42 }); }");
    makes_42("function getProfile(token, context, callback) { callback(null, { user_id: 42 }); }");
    makes_42("  function fetchUserProfile(t, c, done) { return done(null, { user_id: 42 }); };");
}

#[test]
fn b_9_8_b_function_without_a_name() {
    makes_42("function(token, context, callback) { callback(null, { user_id: 42 }); }");
    makes_42("function (token, context, callback) {\n  callback(null, { user_id: 42 });\n};\n\n");
    makes_42("// what it does\n/* and why */\n\nfunction(t,c,cb){cb(null,{user_id:42})}");
    makes_42("'use strict';\nfunction (t, c, cb) { cb(null, { user_id: 42 }); }");
    makes_42("(function (t, c, cb) { cb(null, { user_id: 42 }); })");
    makes_42("(function (t, c, cb) { cb(null, { user_id: 42 }); });");
    makes_42("function (t, c, cb) { cb(null, make()); }\nfunction make() { return { user_id: 42 }; }");
}

#[test]
fn b_9_8_c_async_functions_that_call_back() {
    makes_42("async function fetchUserProfile(t, c, cb) { await null; cb(null, { user_id: 42 }); }");
    makes_42("async function (t, c, cb) { await null; return cb(null, { user_id: 42 }); }");
    makes_42("async function(t, c, cb) {\n  cb(null, { user_id: 42 });\n};");
}

#[test]
fn b_9_8_d_arrow_functions() {
    makes_42("(t, c, cb) => cb(null, { user_id: 42 })");
    makes_42("(t, c, cb) => { cb(null, { user_id: 42 }); };");
    makes_42("async (t, c, cb) => { await 1; cb(null, { user_id: 42 }); }");
    makes_42("const fetchUserProfile = (t, c, cb) => cb(null, { user_id: 42 });");
    makes_42("let other = async (t, c) => ({ user_id: 42 });");
    makes_42("var fetchUserProfile = function (t, c, cb) { cb(null, { user_id: 42 }); };");
}

#[test]
fn b_9_8_e_wrappers_that_return_the_function() {
    makes_42("(function () { return function (t, c, cb) { cb(null, { user_id: 42 }); }; })()");
    makes_42(
        "(function () {\n  'use strict';\n  var id = 42;\n  return (t, c, cb) => cb(null, { user_id: id });\n}());",
    );
    makes_42("(() => async () => ({ user_id: 42 }))();");
}

#[test]
fn b_9_8_f_exports() {
    makes_42("module.exports = function (t, c, cb) { cb(null, { user_id: 42 }); };");
    makes_42("module.exports = function fetchUserProfile(t, c, cb) { cb(null, { user_id: 42 }); }");
    makes_42("exports.fetchUserProfile = (t, c, cb) => cb(null, { user_id: 42 });");
    makes_42("module.exports = { fetchUserProfile: async () => ({ user_id: 42 }) };");
    makes_42("exports.default = async () => ({ user_id: 42 });");
    makes_42("/** The profile. */\nconst id = 42;\nmodule.exports = (t, c, cb) => cb(null, { user_id: id });");
}

#[test]
fn b_9_8_g_comments_blanks_and_helpers() {
    makes_42(
        "\u{feff}\n\n  // one\n/* two\n */ function fetchUserProfile(t, c, cb) { cb(null, { user_id: id() }); }\nfunction id() { return 42; }\n;;\n",
    );
    makes_42(
        "function id() { return 42; }\nfunction fetchUserProfile(t, c, cb) { cb(null, { user_id: id() }); }\nfunction last(a) {}",
    );
    makes_42(
        "const ID = 42;\nfunction first() {}\nfunction profileOf(t, c, cb) { cb(null, { user_id: ID }); }\nfunction last(a) {}",
    );
    makes_42(
        "var request = require('request');\nconst _ = require('lodash');\nfunction fetchUserProfile(t, c, cb) { cb(null, { user_id: 42 }); }",
    );
    makes_42("function fetchUserProfile(t, c, cb) { undeclared = 42; cb(null, { user_id: undeclared }); }");
    makes_42(
        "function fetchUserProfile(t, c, cb) { cb(null, { user_id: 42 }); }\r\n// the end without a line after it",
    );
}

#[test]
fn what_defines_no_function_is_said() {
    for source in ["", "// nothing", "42", "const id = 42;", "module.exports = {};"] {
        assert_eq!(fault(source), ScriptFault::NoFunction, "{source}");
    }
}

fn syntax(source: &str) -> (u32, u32, String) {
    let checked = block_on(workers().check(source));
    let ran = fault(source);
    assert_eq!(checked, Err(ran.clone()), "{source}");
    match ran {
        ScriptFault::Syntax(fault) => (fault.line, fault.column, fault.message),
        other => panic!("{source}\nended with {other:?}"),
    }
}

#[test]
fn b_12_4_a_syntax_error_has_a_place() {
    assert_eq!(syntax("function f(t, c, cb) {\n  cb(null, {;\n}").0, 2);
    assert_eq!(syntax("function (t, c, cb) {\n  var 1x;\n}").0, 2);
    // Words of ours before the function move nothing.
    let (line, column, _) = syntax("/* x */ function (t, c, cb) { cb(null }; )");
    assert_eq!(line, 1);
    assert!((30..=42).contains(&column), "{column}");
    let (line, column, message) = syntax("\n\nlet a = 1;\nlet b = );\n");
    assert_eq!((line, column), (4, 9));
    assert!(!message.is_empty());
    syntax("function fetchUserProfile(t, c, cb) { if (");
    syntax("a\0b");
    syntax("import x from 'y';");
    syntax("const a = 1; const a = 2;");
}

#[test]
fn a_check_runs_nothing() {
    for source in [
        "function fetchUserProfile(t, c, cb) { cb(null, {}); }",
        "function (t, c, cb) { cb(null, {}); }",
        "for (;;) {}",
        "throw new Error('not thrown')",
        "'use strict'; async function (a) {}",
        "",
    ] {
        assert_eq!(block_on(workers().check(source)), Ok(()), "{source}");
    }
    let long = "x".repeat(ScriptLimits::LOGIN.source_chars + 1);
    assert_eq!(
        block_on(workers().check(&long)),
        Err(ScriptFault::SourceTooLong(51_200))
    );
}

#[test]
fn errors_that_a_program_throws_are_no_syntax_errors() {
    for source in [
        "JSON.parse('{')",
        "eval('(')",
        "new Function('(')",
        "throw new SyntaxError('mine')",
    ] {
        assert!(
            matches!(fault(source), ScriptFault::Thrown { .. }),
            "{source}: {:?}",
            fault(source)
        );
    }
}

/// What a script for the other purpose comes to.
fn address(source: &str) -> Result<Value, ScriptFault> {
    let inputs = ProfileInputs {
        query: Some(members(json!({ "returnTo": "https://shop.example/" }))),
        ..ProfileInputs::default()
    };
    let script = ProfileScript::new(source);
    let web = Web::text(599, "nobody");
    let trial = block_on(workers().try_out(&script, &inputs, PATIENT, &web));
    trial.result.map(Value::Object)
}

#[test]
fn b_2_7_a_script_makes_the_address_to_sign_out_at() {
    let expected = json!({ "url": "https://hr.harbor.test/out?to=https%3A%2F%2Fshop.example%2F" });
    let made = "'https://hr.harbor.test/out?to=' + encodeURIComponent(query.returnTo)";
    for source in [
        format!("function getLogoutUrl(query, callback) {{ callback(null, {made}); }}"),
        format!("function (query, callback) {{ callback(null, {made}); }}"),
        format!("(query, callback) => setTimeout(() => callback(null, {made}), 1)"),
        format!("async (query) => {made}"),
        format!(
            "function helper(a, b, c) {{ return a; }}\nfunction getLogoutUrl(query, callback) {{ callback(null, helper({made})); }}"
        ),
        format!("module.exports = function (query, done) {{ done(null, {made}); }};"),
    ] {
        assert_eq!(address(&source), Ok(expected.clone()), "{source}");
    }
    assert!(matches!(
        address("function getLogoutUrl(query, callback) { callback(new Error('no')); }"),
        Err(ScriptFault::Thrown { .. })
    ));
    // A text is an address for this purpose alone.
    assert!(matches!(
        fault("(t, c, cb) => cb(null, 'https://hr.harbor.test/')"),
        ScriptFault::NotAnObject(_)
    ));
}
