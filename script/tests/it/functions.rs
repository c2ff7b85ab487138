//! The functions of an expression.

use serde_json::json;

use crate::setting::{FakeHost, MAPPING, POLICY, exception, inputs, passes, run_with, value};

/// What a host was asked by a mapping, and what came of it.
fn asked(source: &str) -> (serde_json::Value, Vec<String>) {
    let host = FakeHost::default();
    let ran = run_with(MAPPING, source, &inputs(), &host).unwrap();
    (ran.value, host.asked())
}

#[test]
fn list_flatten_takes_the_first() {
    assert_eq!(
        value("return [list_flatten([1, 2]), list_flatten([]), list_flatten('x'), list_flatten(None)]"),
        json!([1, null, "x", null])
    );
}

#[test]
fn patterns_search_and_replace() {
    assert_eq!(value("return regex_replace('a-b-c', '-', '+')"), json!("a+b+c"));
    assert_eq!(
        value("return regex_replace('john.doe', r'(?P<f>\\w+)\\.(?P<l>\\w+)', r'\\g<l> \\g<f>')"),
        json!("doe john")
    );
    assert_eq!(
        value("return [regex_match('x1', r'\\d'), regex_match(value='x', regex=r'^\\d+$')]"),
        json!([true, false])
    );
    let (kind, message) = exception(MAPPING, "return regex_match('x', '(?!a)')");
    assert_eq!(kind, "ValueError");
    assert!(message.contains("look-ahead"), "{message}");
}

#[test]
fn users_are_found() {
    let source = "u = ak_user_by(username='bob')\nreturn [u.email, u.pk, ak_user_by(username='eve'), ak_user_by(shoe=1), u.groups.first().name]";
    let (value, asked) = asked(source);
    assert_eq!(value, json!(["bob@example.com", 8, null, null, "friends"]));
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert_eq!(asked[3], "groups 8");
}

#[test]
fn authenticators_are_told_by_kind() {
    assert_eq!(
        value(
            "return [ak_user_has_authenticator(user), ak_user_has_authenticator(user, 'TOTP'), ak_user_has_authenticator(user, device_type='webauthn')]"
        ),
        json!([true, true, false])
    );
}

#[test]
fn events_are_written() {
    let (_, asked) = asked("ak_create_event('custom_thing', who=user, n=1, many=[user])\nreturn None");
    assert_eq!(
        asked,
        ["event custom_thing {\"many\":[\"alice\"],\"n\":1,\"who\":\"alice\"}"]
    );
}

#[test]
fn tokens_are_made() {
    let (value, asked) = asked(
        "return [ak_create_jwt(user, provider, ['openid'], 'minutes=5'), ak_create_jwt(user, 'other', {'a'}), ak_create_jwt_raw(provider, x=1, sub=user.uid)]",
    );
    assert_eq!(value, json!(["a.b.c", "a.b.c", "d.e.f"]));
    assert_eq!(
        asked,
        [
            "jwt {\"provider\":\"client-1\",\"scopes\":[\"openid\"],\"user\":7,\"validity\":\"minutes=5\"}",
            "jwt {\"provider\":\"other\",\"scopes\":[\"a\"],\"user\":7,\"validity\":\"seconds=60\"}",
            "raw {\"claims\":{\"sub\":\"uid-7\",\"x\":1},\"provider\":\"client-1\",\"validity\":\"seconds=60\"}",
        ]
    );
}

#[test]
fn mail_has_a_body_or_a_template() {
    let (value, asked) = asked("return ak_send_email(user.email, 'Hello', body='Text', cc=['c@example.com'])");
    assert_eq!(value, json!(true));
    assert!(
        asked[0].contains("\"body\":\"Text\"") && asked[0].contains("\"cc\":[\"c@example.com\"]"),
        "{asked:?}"
    );
    assert_eq!(exception(MAPPING, "ak_send_email('a@b.c', 'x')").0, "ValueError");
    assert_eq!(
        exception(MAPPING, "ak_send_email('a@b.c', 'x', body='y', template='z')").0,
        "ValueError"
    );
}

#[test]
fn names_are_resolved() {
    let (value, asked) =
        asked("return [resolve_dns('a.example', 4), resolve_dns('a.example'), reverse_dns('192.0.2.1')]");
    assert_eq!(value, json!([["192.0.2.1"], ["192.0.2.1"], "host.example"]));
    assert_eq!(
        asked,
        [
            "resolve a.example Some(4)",
            "resolve a.example None",
            "reverse 192.0.2.1"
        ]
    );
}

#[test]
fn web_requests_have_every_method_and_a_session() {
    let source = "s = requests.Session()\ns.headers['X-One'] = '1'\ns.headers.update({'X-Two': '2'})\ns.auth = ('u', 'p')\na = s.post('https://a.example/', json={'n': [1]})\nb = requests.put('https://b.example/', data={'k': 'v w'})\nc = [requests.delete('https://c.example/').status_code, requests.head('https://c.example/').status_code, requests.patch('https://c.example/', data='raw').status_code, requests.request('OPTIONS', 'https://c.example/missing').status_code]\nreturn [a.json()['method'], b.text, c]";
    let (value, asked) = asked(source);
    assert_eq!(value[0], json!("POST"));
    assert_eq!(value[2], json!([200, 200, 200, 404]));
    assert!(
        asked[0].contains("\"x-one\":\"1\"") && asked[0].contains("\"x-two\":\"2\""),
        "{asked:?}"
    );
    assert!(
        asked[0].contains("Basic dTpw") && asked[0].contains("{\\\"n\\\":[1]}"),
        "{asked:?}"
    );
    assert!(asked[1].contains("k=v+w") && !asked[1].contains("x-one"), "{asked:?}");
    let (kind, message) = exception(MAPPING, "requests.get('https://a.example/missing').raise_for_status()");
    assert_eq!(kind, "RuntimeError");
    assert!(message.starts_with("404 Client Error"), "{message}");
    assert_eq!(
        exception(MAPPING, "requests.get('https://a.example/', verify=False)").0,
        "ValueError"
    );
}

#[test]
fn what_the_host_refuses_is_an_exception_with_its_words() {
    let host = FakeHost {
        refuses: true,
        ..FakeHost::default()
    };
    let source = "try:\n    requests.get('https://a.example/')\nexcept Exception as error:\n    return str(error)";
    let ran = run_with(MAPPING, source, &inputs(), &host).unwrap();
    assert_eq!(ran.value, json!("switched off in the settings"));
}

#[test]
fn slugs() {
    assert_eq!(
        value(
            "return [slugify('Hello, World!'), slugify('  Ünïcödé & more_x  '), slugify('Straße', allow_unicode=True), slugify(42)]"
        ),
        json!(["hello-world", "unicode-more_x", "straße", "42"])
    );
}

#[test]
fn addresses_and_networks() {
    for (expression, expected) in [
        ("ip_address('10.0.0.1').version", json!(4)),
        ("str(ip_address('2001:DB8::1'))", json!("2001:db8::1")),
        ("ip_address('::1').is_loopback", json!(true)),
        (
            "ip_address('100.64.0.1').is_private or ip_address('100.64.0.1').is_global",
            json!(false),
        ),
        ("ip_address('1.1.1.1').is_global", json!(true)),
        ("ip_address('169.254.1.1').is_link_local", json!(true)),
        ("ip_address('10.0.0.1') == ip_address('10.0.0.1')", json!(true)),
        ("ip_address('10.0.0.1') in [ip_address('10.0.0.1')]", json!(true)),
        ("ip_address('10.0.0.9') in ip_network('10.0.0.9')", json!(true)),
        (
            "ip_address('10.0.1.0') in ip_network('10.0.0.0/255.255.255.0')",
            json!(false),
        ),
        ("ip_address('::1') in ip_network('0.0.0.0/0')", json!(false)),
        ("ip_address('2001:db8::5') in ip_network('2001:db8::/32')", json!(true)),
        (
            "any(ip_address('10.9.9.9') in ip_network(n) for n in ['192.168.0.0/16', '10.0.0.0/8'])",
            json!(true),
        ),
        ("str(ip_network('10.0.0.1/8', strict=False))", json!("10.0.0.0/8")),
        ("ip_network('10.0.0.0/24').num_addresses", json!(256)),
        ("str(ip_network('10.0.0.0/24').broadcast_address)", json!("10.0.0.255")),
        (
            "ip_network('10.0.0.0/24').subnet_of(ip_network('10.0.0.0/8'))",
            json!(true),
        ),
        ("f\"{ip_address('10.0.0.1')}\"", json!("10.0.0.1")),
    ] {
        assert_eq!(value(&format!("return {expression}")), expected, "{expression}");
    }
    assert_eq!(exception(POLICY, "return ip_address('nonsense')").0, "ValueError");
    assert_eq!(exception(POLICY, "return ip_network('10.0.0.1/8')").0, "ValueError");
    assert!(passes("try:\n    ip_address('x')\nexcept ValueError:\n    return True"));
}

#[test]
fn the_language_has_what_administrators_write() {
    for (source, expected) in [
        ("a, *b = [1, 2, 3]\nreturn [a, b]", json!([1, [2, 3]])),
        (
            "x = {'a': 1}\nx['b'] = 2\nx.update(c=3)\nx['a'] += 1\nreturn x",
            json!({ "a": 2, "b": 2, "c": 3 }),
        ),
        (
            "return {k: v for k, v in {'a': 1, 'b': 2}.items() if v > 1}",
            json!({ "b": 2 }),
        ),
        ("return sorted({x % 3 for x in range(9)})", json!([0, 1, 2])),
        (
            "i = 0\nwhile True:\n    i += 1\n    if i == 2: continue\n    if i > 4: break\nreturn i",
            json!(5),
        ),
        (
            "def f(a, b=2, *c, d=4, **e):\n    return [a, b, list(c), d, e]\nreturn f(1, *[5, 6], **{'z': 1})",
            json!([1, 5, [6], 4, { "z": 1 }]),
        ),
        (
            "return 1 < 2 < 3 and not None and 'a' in 'abc' and 2 not in [1]",
            json!(true),
        ),
        (
            "try:\n    raise ValueError('x')\nexcept (KeyError, ValueError) as e:\n    r = str(e)\nfinally:\n    s = 1\nreturn [r, s]",
            json!(["x", 1]),
        ),
        (
            "return [x := 3, x * 2, -7 // 2, 7 % 3, 2 ** 3, 1 / 4]",
            json!([3, 6, -4, 1, 8, 0.25]),
        ),
        (
            "return ' a,b '.strip().upper().split(',') + ['x'.rjust(3, '0'), 'ab'[::-1], 'a'.join(['1', '2'])]",
            json!(["A", "B", "00x", "ba", "1a2"]),
        ),
        (
            "return list(map(lambda p: p[0] + str(p[1]), zip('ab', range(2)))) + [i for i, _ in enumerate('xy')]",
            json!(["a0", "b1", 0, 1]),
        ),
        (
            "return f'{3.14159:.2f} {\"x\":>3} {5:03d} {\"q\"!r}'",
            json!("3.14   x 005 'q'"),
        ),
        ("t = '''a\n  b'''\nreturn t", json!("a\n  b")),
        ("return r'\\d' + \"\\u00e4\"", json!("\\dä")),
        ("if True: x = 1; y = 2\nreturn x + y # end", json!(3)),
        (
            "n = 0\ndef add():\n    global n\n    n += 1\nadd(); add()\nreturn n",
            json!(2),
        ),
        (
            "for i in range(3):\n    if i == 9: break\nelse:\n    return 'none'",
            json!("none"),
        ),
    ] {
        assert_eq!(value(source), expected, "{source}");
    }
}
