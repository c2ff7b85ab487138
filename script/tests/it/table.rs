//! What real expressions use, row by row (specification of expressions, table 5.5).

use script::RunFault;
use serde_json::json;

use crate::setting::{FakeHost, MAPPING, POLICY, exception, inputs, passes, run, run_with, value};

#[test]
fn row_01_a_scope_is_gated_by_a_group() {
    let source = "if 'admin' in request.context['oauth_scopes']:\n    return ak_is_group_member(request.user, name='NAME')\nreturn True";
    assert!(passes(&source.replace("NAME", "staff")));
    assert!(passes(&source.replace("NAME", "everyone")), "ancestors count");
    assert!(!passes(&source.replace("NAME", "admins")));
    let mut without = inputs();
    without
        .context
        .sets
        .insert("oauth_scopes".to_owned(), vec!["openid".to_owned()]);
    let ran = run_with(
        POLICY,
        &source.replace("NAME", "admins"),
        &without,
        &FakeHost::default(),
    );
    assert!(ran.unwrap().truthy);
}

#[test]
fn row_02_a_constant_claim() {
    assert_eq!(
        value("return {\"policy\": \"readwrite\"}"),
        json!({ "policy": "readwrite" })
    );
}

#[test]
fn row_03_a_groups_claim() {
    let source = "return {\n    'groups': [group.name for group in user.ak_groups.all()],\n}";
    assert_eq!(value(source), json!({ "groups": ["staff", "app_editors"] }));
    assert_eq!(
        value(&source.replace("ak_groups", "groups")),
        json!({ "groups": ["staff", "app_editors"] })
    );
}

#[test]
fn row_04_groups_by_prefix() {
    let source = "return {'groups': [g.name for g in request.user.ak_groups.all() if g.name.startswith('app_')]}";
    assert_eq!(value(source), json!({ "groups": ["app_editors"] }));
}

#[test]
fn row_05_the_first_group_with_a_prefix() {
    let source = "def first(prefix):\n    for group in user.ak_groups.all():\n        if group.name.startswith(prefix):\n            return group.name[len(prefix):]\n    return None\nrole = first('app_')\nreturn {'role': role, 'none': first('x')}";
    assert_eq!(value(source), json!({ "role": "editors", "none": null }));
}

#[test]
fn row_06_a_boolean_constant() {
    let source = "return {'email': request.user.email, 'email_verified': True}";
    assert_eq!(
        value(source),
        json!({ "email": "Alice.Liddell@Example.com", "email_verified": true })
    );
}

#[test]
fn row_07_a_claim_from_an_attribute_with_a_default() {
    let source = "return {'v': bool(request.user.attributes.get('NAME', False))}";
    assert_eq!(value(&source.replace("NAME", "email_verified")), json!({ "v": true }));
    assert_eq!(value(&source.replace("NAME", "absent")), json!({ "v": false }));
}

#[test]
fn row_08_first_and_last_name() {
    let source = "parts = user.name.split(' ', 1)\nreturn {'given_name': parts[0], 'family_name': parts[-1] if len(parts) > 1 else '', 'last': user.name.split()[-1]}";
    assert_eq!(
        value(source),
        json!({ "given_name": "Alice", "family_name": "Pleasance Liddell", "last": "Liddell" })
    );
}

#[test]
fn row_09_entitlements() {
    let source = "return {'roles': [e.name for e in request.user.app_entitlements(provider.application)]}";
    assert_eq!(value(source), json!({ "roles": ["reports:read", "reports:write"] }));
}

#[test]
fn row_10_a_user_name_is_assigned_from_the_address() {
    let source = "request.context['prompt_data']['username'] = request.context['prompt_data']['email'].split('@')[0]\nreturn True";
    let ran = run(POLICY, source).unwrap();
    assert!(ran.truthy);
    assert_eq!(
        ran.prompt_data,
        Some(json!({ "email": "bob@example.com", "username": "bob" }))
    );
    let aliased = "context['prompt_data']['username'] = 'x'\nif request.context['prompt_data']['username'] == 'x':\n    return True";
    let ran = run(POLICY, aliased).unwrap();
    assert!(ran.truthy, "context is request.context");
    let fallen = run(POLICY, "context['prompt_data']['username'] = 'x'").unwrap();
    assert_eq!(fallen.prompt_data.unwrap()["username"], "x");
    assert!(!fallen.truthy);
}

#[test]
fn row_11_only_known_people_enrol() {
    let source = "pending = request.context['prompt_data']['email']\nif ak_user_by(email=pending) is not None:\n    return True\nak_message('Ask for an invitation')\nreturn False";
    assert!(passes(source));
    let mut other = inputs();
    other
        .context
        .values
        .insert("prompt_data".to_owned(), json!({ "email": "eve@example.com" }));
    let ran = run_with(POLICY, source, &other, &FakeHost::default()).unwrap();
    assert!(!ran.truthy);
    assert_eq!(ran.messages, ["Ask for an invitation"]);
}

#[test]
fn row_12_an_address_range() {
    assert!(passes(
        "return ak_client_ip in ip_network('10.0.0.0/8') and ak_client_ip.is_private"
    ));
    assert!(!passes("return ak_client_ip in ip_network('192.168.0.0/16')"));
    assert!(passes(
        "return ip_address('8.8.8.8') not in ip_network('10.0.0.0/8') and not ip_address('8.8.8.8').is_private"
    ));
}

#[test]
fn row_13_a_user_name_matches_a_pattern() {
    assert!(passes("return regex_match(request.user.username, '^al')"));
    assert!(
        passes("return regex_match(request.user.username, 'ic')"),
        "found anywhere"
    );
    assert!(!passes("return regex_match(request.user.username, '^x')"));
}

#[test]
fn row_14_the_local_part_of_an_address() {
    let source = "return {'local': regex_replace(user.email, r'^(.*)@.*$', r'\\1')}";
    assert_eq!(value(source), json!({ "local": "Alice.Liddell" }));
}

#[test]
fn row_15_a_policy_is_used_again() {
    let mut host = FakeHost::default();
    host.policies.insert(
        "staff-only".to_owned(),
        "return ak_is_group_member(request.user, name='staff')".to_owned(),
    );
    let ran = run_with(POLICY, "return ak_call_policy('staff-only').passing", &inputs(), &host).unwrap();
    assert!(ran.truthy);
}

#[test]
fn row_16_a_message_and_a_denial_on_one_line() {
    let ran = run(POLICY, "ak_message('Not today'); return False").unwrap();
    assert!(!ran.truthy);
    assert_eq!(ran.messages, ["Not today"]);
}

#[test]
fn row_17_an_allow_list_of_domains() {
    for list in ["['example.com', 'example.org']", "('example.com',)", "{'example.com'}"] {
        assert!(
            passes(&format!(
                "return request.user.email.rsplit('@', 1)[-1].lower() in {list}"
            )),
            "{list}"
        );
        assert!(
            !passes(&format!(
                "return request.user.email.split('@')[1].lower() not in {list}"
            )),
            "{list}"
        );
    }
}

#[test]
fn row_18_a_role_by_group() {
    let source = "if ak_is_group_member(user, name='admins'):\n    role = 'admin'\nelif ak_is_group_member(user, name='app_editors'):\n    role = 'editor'\nelse:\n    role = 'viewer'\nreturn {'role': role}";
    assert_eq!(value(source), json!({ "role": "editor" }));
}

#[test]
fn row_19_a_role_in_one_line() {
    let source = "return {'role': 'admin' if ak_is_group_member(user, name='admins') else 'editor' if ak_is_group_member(user, name='staff') else 'viewer'}";
    assert_eq!(value(source), json!({ "role": "editor" }));
}

#[test]
fn row_20_texts_are_composed() {
    let source =
        "return [f\"/home/{request.user.username}\", '{}-{}'.format(user.username, user.pk), 'u' + str(user.pk)]";
    assert_eq!(value(source), json!(["/home/alice", "alice-7", "u7"]));
}

#[test]
fn row_21_a_source_claim_becomes_an_attribute() {
    let source = "return {'username': info.get('preferred_username') or info.get('nick'), 'attributes': {'upstream': {'id': info.get('sub', '')}}}";
    assert_eq!(
        value(source),
        json!({ "username": "al", "attributes": { "upstream": { "id": "42" } } })
    );
}

#[test]
fn row_22_groups_from_a_nested_claim() {
    let source = "return {'groups': [r for r in info.get('realm_access', {}).get('roles', [])], 'none': [r for r in info.get('x', {}).get('roles', [])]}";
    assert_eq!(value(source), json!({ "groups": ["a", "b"], "none": [] }));
}

#[test]
fn row_23_a_machine_is_gated_by_its_claims() {
    let source = "jwt = request.context['oauth_jwt']\nreturn jwt['iss'] == 'https://ci.example' and jwt['sub'].startswith('repo:org/') and jwt['claims']['ref'] == 'refs/heads/main'";
    assert!(passes(source));
    assert!(!passes(&source.replace("repo:org/", "repo:other/")));
}

#[test]
fn row_24_an_audience_list() {
    let source = "return {'aud': ['fixed', provider.client_id]}";
    assert_eq!(value(source), json!({ "aud": ["fixed", "client-1"] }));
}

#[test]
fn row_25_an_object_is_skipped() {
    let source = "if user.username == 'alice':\n    raise SkipObject\nreturn {}";
    assert_eq!(run(MAPPING, source), Err(RunFault::Skipped));
    assert_eq!(run(MAPPING, "raise SkipObject()"), Err(RunFault::Skipped));
    assert_eq!(value(&source.replace("alice", "bob")), json!({}));
}

#[test]
fn row_26_the_context_is_logged() {
    let ran = run(
        POLICY,
        "ak_logger.debug(request.context)\nak_logger.warning('seen', user=user.username)\nprint('a', 1)\nreturn True",
    )
    .unwrap();
    let texts: Vec<_> = ran.logs.iter().map(|line| line.text.as_str()).collect();
    assert!(
        texts[0].contains("'oauth_grant_type': 'authorization_code'"),
        "{texts:?}"
    );
    assert_eq!(texts[1..], ["seen user='alice'", "a 1"]);
}

#[test]
fn row_27_aggregates() {
    let source = "names = [g.name for g in user.all_groups()]\nreturn [any(n == 'staff' for n in names), all(len(n) > 3 for n in names), sorted(names), len(names), sorted(set(names + names)), sum([[1], [2]], []), sum([1, 2]), max(names), min([3, 2])]";
    assert_eq!(
        value(source),
        json!([
            true,
            true,
            ["app_editors", "everyone", "staff"],
            3,
            ["app_editors", "everyone", "staff"],
            [1, 2],
            3,
            "staff",
            2
        ])
    );
}

#[test]
fn row_28_defensive_lookups() {
    let source = "try:\n    x = request.context['absent']\nexcept KeyError as error:\n    x = str(error)\nreturn [x, hasattr(user, 'email'), hasattr(user, 'shoe_size'), isinstance(user.attributes, dict), getattr(user, 'shoe_size', 42), getattr(user, 'username')]";
    assert_eq!(value(source), json!(["'absent'", true, false, true, 42, "alice"]));
}

#[test]
fn row_29_an_import_is_refused_and_requests_is_there_without_it() {
    match run(MAPPING, "import requests\nreturn {}") {
        Err(RunFault::Syntax(fault)) => {
            assert_eq!((fault.line, fault.column), (1, 1));
            assert!(fault.message.contains("import"));
            assert!(fault.suggestion.unwrap().contains("`requests` is there without it"));
        }
        other => panic!("{other:?}"),
    }
    let source = "answer = requests.get('https://roles.example/x', params={'u': user.username}, headers={'X-Key': 'k'}, timeout=2)\nanswer.raise_for_status()\nreturn {'roles': answer.json()['roles'], 'ok': answer.ok, 'type': answer.headers['Content-Type']}";
    let host = FakeHost::default();
    let ran = run_with(MAPPING, source, &inputs(), &host).unwrap();
    assert_eq!(
        ran.value,
        json!({ "roles": ["r1", "r2"], "ok": true, "type": "application/json" })
    );
    let asked = host.asked();
    assert!(asked[0].contains("https://roles.example/x?u=alice"), "{asked:?}");
    assert!(
        asked[0].contains("\"x-key\":\"k\"") && asked[0].contains("\"timeout_millis\":2000"),
        "{asked:?}"
    );
}

#[test]
fn nothing_returned_is_none() {
    assert_eq!(value("x = 1\nx + 1"), json!(null));
    assert_eq!(value(""), json!(null));
    assert_eq!(value("# only a comment"), json!(null));
    assert!(!passes("x = 1"), "None is not passed");
}

#[test]
fn an_exception_names_its_line_and_how_it_got_there() {
    let (kind, _) = exception(MAPPING, "x = 1\nreturn user.attributes['no']");
    assert_eq!(kind, "KeyError");
    let fault = run(
        MAPPING,
        "# first\ndef deep(name):\n    return request.context[name]\nak_logger.info('before')\nreturn deep('no')",
    );
    match fault {
        Err(RunFault::Exception(exception)) => {
            assert_eq!(exception.line, Some(3));
            assert_eq!(
                exception.traceback,
                "line 5, in the expression: return deep('no')\nline 3, in deep: return request.context[name]"
            );
            assert_eq!(exception.logs[0].text, "before");
            assert_eq!(
                exception.to_string(),
                "KeyError: no (line 3)".replace("no ", &format!("{} ", exception.message))
            );
        }
        other => panic!("{other:?}"),
    }
}
