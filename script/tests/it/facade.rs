//! The objects that an expression sees, and the methods of query sets.

use script::Inputs;
use serde_json::json;

use crate::setting::{FakeHost, MAPPING, POLICY, alice, exception, inputs, passes, run_with, value};

#[test]
fn a_user_has_its_fields() {
    let source = "return [user.pk, user.uid, user.uuid, user.username, user.email, user.name, user.is_active, user.is_superuser, user.type, user.path, user.date_joined, user.last_login, user.attributes['settings']['locale']]";
    assert_eq!(
        value(source),
        json!([
            7,
            "uid-7",
            "0b7c",
            "alice",
            "Alice.Liddell@Example.com",
            "Alice Pleasance Liddell",
            true,
            false,
            "internal",
            "users",
            "2000-02-29T12:34:56Z",
            null,
            "en"
        ])
    );
    assert_eq!(
        value("return [user.date_joined.year, user == request.user, user is not None]"),
        json!([2000, true, true])
    );
}

#[test]
fn an_anonymous_user_has_nothing() {
    let nobody = Inputs { user: None, ..inputs() };
    let host = FakeHost::default();
    let source = "return [user.username, user.is_authenticated, user.pk, user.attributes.get('x'), [g.name for g in user.ak_groups.all()], len(user.all_groups()), ak_is_group_member(user, name='staff'), user.group_attributes(request), ak_user_has_authenticator(user)]";
    let ran = run_with(MAPPING, source, &nobody, &host).unwrap();
    assert_eq!(ran.value, json!(["", false, null, null, [], 0, false, {}, false]));
    assert!(host.asked().is_empty());
}

#[test]
fn query_sets_filter_and_order() {
    for (expression, expected) in [
        ("user.groups.filter(name='staff').exists()", json!(true)),
        ("user.groups.filter(name='nobody').exists()", json!(false)),
        ("user.groups.all().count()", json!(2)),
        ("len(user.groups.all())", json!(2)),
        ("user.groups.first().name", json!("staff")),
        ("user.groups.all().last().name", json!("app_editors")),
        ("user.groups.filter(name='nobody').first()", json!(null)),
        (
            "[g.name for g in user.all_groups().order_by('name')]",
            json!(["app_editors", "everyone", "staff"]),
        ),
        (
            "[g.name for g in user.all_groups().order_by('-num_pk')]",
            json!(["app_editors", "staff", "everyone"]),
        ),
        (
            "user.groups.values_list('name', flat=True)",
            json!(["staff", "app_editors"]),
        ),
        (
            "list(user.groups.all().values_list('name', 'num_pk'))",
            json!([["staff", 2], ["app_editors", 3]]),
        ),
        (
            "user.groups.exclude(name='staff').values_list('name', flat=True)",
            json!(["app_editors"]),
        ),
        ("user.groups.filter(name__startswith='app_').count()", json!(1)),
        ("user.groups.filter(name__in=['staff', 'x']).count()", json!(1)),
        (
            "user.groups.filter(name__iexact='STAFF', num_pk__gte=2).count()",
            json!(1),
        ),
        (
            "user.groups.filter(attributes__level=3).first().name",
            json!("app_editors"),
        ),
        ("user.groups.filter(attributes__absent=3).exists()", json!(false)),
        ("user.groups.get(name='staff').num_pk", json!(2)),
        ("user.groups.all()[0].name", json!("staff")),
        ("[g.name for g in user.groups.all()[1:]]", json!(["app_editors"])),
        ("user.groups.first() in user.all_groups()", json!(true)),
        ("'yes' if user.groups.filter(name='nobody') else 'no'", json!("no")),
        ("not user.groups.filter(name='staff')", json!(false)),
        (
            "f\"{user.groups.filter(name='staff').count()} of {user.groups.count()}\"",
            json!("1 of 2"),
        ),
        ("(user.groups\n    .filter(name='staff')\n    .exists())", json!(true)),
    ] {
        assert_eq!(value(&format!("return {expression}")), expected, "{expression}");
    }
    assert_eq!(exception(MAPPING, "return user.groups.filter(shoe=1)").0, "ValueError");
    assert_eq!(exception(MAPPING, "return 'text'.exists()").0, "AttributeError");
    assert_eq!(
        exception(MAPPING, "return user.groups.get(name='nobody')").0,
        "LookupError"
    );
}

#[test]
fn groups_know_their_parents_and_attributes() {
    let source = "g = user.groups.filter(name='staff').first()\nreturn [g.parent.name, [p.name for p in g.parents.all()], g.pk, g.attributes['level'], g.is_superuser, user.groups.last().parent]";
    assert_eq!(
        value(source),
        json!(["everyone", ["everyone"], "uuid-staff", 2, false, null])
    );
    assert_eq!(
        value("return user.group_attributes(request)"),
        json!({
            "level": 2, "tags": ["app_editors", "everyone", "staff", "own"],
            "email_verified": true, "settings": { "locale": "en" }
        })
    );
}

#[test]
fn what_was_not_sent_is_asked_for_once() {
    let mut lean = inputs();
    lean.user = Some(script::inputs::UserObject {
        groups: None,
        all_groups: None,
        entitlements: None,
        authenticators: None,
        ..alice()
    });
    let host = FakeHost::default();
    let source = "return [ak_is_group_member(user, name='friends'), user.groups.count(), user.all_groups().count(), [e.name for e in user.app_entitlements(provider.application)], ak_user_has_authenticator(user, 'webauthn'), ak_user_has_authenticator(user)]";
    let ran = run_with(MAPPING, source, &lean, &host).unwrap();
    assert_eq!(ran.value, json!([true, 1, 2, ["asked"], true, true]));
    assert_eq!(host.asked(), ["groups 7", "entitlements 7 reports", "authenticators 7"]);
}

#[test]
fn provider_token_and_request_have_their_fields() {
    assert_eq!(
        value(
            "return [provider.name, provider.client_id, provider.client_type, provider.application.slug, provider.redirect_uris[0].url, provider.application.provider.client_id]"
        ),
        json!([
            "Provider for reports",
            "client-1",
            "confidential",
            "reports",
            "https://reports.example/cb",
            "client-1"
        ])
    );
    assert_eq!(
        value(
            "return ['openid' in token.scope, token.auth_time, token.session.session_key, token.user.username, token.provider.name]"
        ),
        json!([true, "2026-11-28T00:00:00Z", "ses_1", "alice", "Provider for reports"])
    );
    assert_eq!(
        value(
            "r = request.http_request\nreturn [r.method, r.path, r.headers['User-Agent'], r.META['HTTP_USER_AGENT'], r.META['REMOTE_ADDR'], r.GET.get('client_id'), request.obj.name]"
        ),
        json!([
            "GET",
            "/application/o/authorize/",
            "Test/1",
            "Test/1",
            "10.1.2.3",
            "client-1",
            "the mapping"
        ])
    );
}

#[test]
fn the_context_holds_sets_users_and_objects() {
    assert!(passes(
        "return isinstance(context['oauth_scopes'], set) and context['oauth_scopes'] & {'admin', 'x'} == {'admin'}"
    ));
    assert!(passes(
        "return context['pending_user'].username == 'bob' and context['application'].slug == 'reports' and context['source'].slug == 'work'"
    ));
    assert!(passes(
        "return request.context.get('absent', 'd') == 'd' and 'oauth_grant_type' in request.context"
    ));
    assert!(passes(
        "return request.obj.slug == 'reports' and http_request.method == 'GET'"
    ));
}

#[test]
fn policies_have_names_that_mappings_lack() {
    for name in [
        "context",
        "ak_client_ip",
        "ak_is_sso_flow",
        "geoip",
        "asn",
        "http_request",
    ] {
        let (kind, message) = exception(MAPPING, &format!("return {name}"));
        assert_eq!(kind, "NameError");
        assert!(message.contains("only policies"), "{name}: {message}");
    }
    assert_eq!(exception(MAPPING, "ak_message('x')").0, "NameError");
    assert!(passes("return geoip is None and asn is None and ak_is_sso_flow"));
    let unknown = Inputs {
        client_ip: None,
        ..inputs()
    };
    let ran = run_with(
        POLICY,
        "return str(ak_client_ip) == '255.255.255.255'",
        &unknown,
        &FakeHost::default(),
    );
    assert!(ran.unwrap().truthy);
}

#[test]
fn variables_of_a_source_have_plain_names() {
    let mut with = inputs();
    with.variables.insert("oauth:user-info.x".to_owned(), json!([1]));
    let ran = run_with(MAPPING, "return oauth_user_info_x", &with, &FakeHost::default());
    assert_eq!(ran.unwrap().value, json!([1]));
}
