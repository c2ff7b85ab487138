//! Giving tokens of a source back (RFC 7009, section 2.1), and what never goes along to another server.

use protocol::upstream::{Call, Purpose, Source, SourceAuthMethod, SourceKind, Upstream, revoke};

use crate::fixtures::{NOW, World};
use crate::upstream_support::{ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, form_of, oauth2, oidc, pairs, upstream};

fn at(endpoint: &str) -> Source {
    Source {
        revocation_endpoint: Some(endpoint.to_owned()),
        ..oauth2()
    }
}

fn revoked(upstream: &Upstream, refresh_token: Option<&str>) -> Option<Call> {
    revoke(&World::default().env(NOW), upstream, None, ACCESS_TOKEN, refresh_token).unwrap()
}

#[test]
fn a_18_2_a_refresh_token_goes_first_with_our_authentication() {
    let source = at("https://hr.harbor.test/o/revoke");
    let call = revoked(&upstream(source.clone()), Some("r")).unwrap();
    assert_eq!(
        (call.url.as_str(), call.purpose),
        ("https://hr.harbor.test/o/revoke", Purpose::Revocation)
    );
    assert_eq!(
        form_of(&call),
        pairs(&[("token", "r"), ("token_type_hint", "refresh_token")])
    );
    assert!(call.header("authorization").unwrap().starts_with("Basic "));
    let by_post = Source {
        token_endpoint_auth_method: SourceAuthMethod::ClientSecretPost,
        ..source
    };
    let call = revoked(&upstream(by_post), None).unwrap();
    let expected = [
        ("token", ACCESS_TOKEN),
        ("token_type_hint", "access_token"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
    ];
    assert_eq!(form_of(&call), pairs(&expected));
    assert_eq!(call.header("authorization"), None);
}

#[test]
fn another_server_gets_neither_our_secret_nor_a_token_that_lasts() {
    for elsewhere in [
        "https://evil.test/revoke",
        "http://hr.harbor.test/o/revoke",
        "https://hr.harbor.test:8443/o/revoke",
        "https://hr.harbor.test.evil.test/o/revoke",
    ] {
        let call = revoked(&upstream(at(elsewhere)), Some("r")).unwrap();
        let expected = [
            ("token", ACCESS_TOKEN),
            ("token_type_hint", "access_token"),
            ("client_id", CLIENT_ID),
        ];
        assert_eq!(form_of(&call), pairs(&expected), "{elsewhere}");
        assert_eq!(call.header("authorization"), None);
    }
}

#[test]
fn a_source_without_the_address_is_not_called() {
    assert_eq!(revoked(&upstream(oidc()), Some("r")), None);
    let first = Source {
        kind: SourceKind::Oauth1,
        ..at("https://hr.harbor.test/o/revoke")
    };
    assert_eq!(revoked(&upstream(first), None), None);
}
