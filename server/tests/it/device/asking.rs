//! The device authorization endpoint (RFC 8628, sections 3.1 and 3.2).

use axum::body::Body;
use http::{Method, Request, header};
use protocol::client::ClientType;

use super::*;
use crate::harness::on_both;

on_both!(
    "[limits]\ndevice_codes_per_address = 4\ndevice_codes_per_client = 7\ndevice_code_window = \"minutes=30\"\n":
    a_device_gets_its_codes,
    what_can_not_be_answered_is_refused,
    an_address_that_asks_too_often_has_to_wait,
    a_client_that_asks_too_often_has_to_wait,
    requests_that_arrive_together_are_counted_one_by_one,
    an_application_chooses_how_long_its_codes_wait,
    neither_code_is_kept_as_it_is,
);

/// Fields of a form.
type Fields<'a> = &'a [(&'a str, &'a str)];

const PATH: &str = "/application/o/device/";

async fn a_device_gets_its_codes(harness: &Harness) {
    application(harness, "tv").await;
    let fields = [("client_id", "tv"), ("scope", "openid email")];
    let answer = harness.client().post(PATH, &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let asked = json(&answer);
    assert_eq!(asked["verification_uri"], "http://localhost:9000/device");
    let code = text(&asked, "user_code");
    assert_eq!(
        asked["verification_uri_complete"],
        format!("http://localhost:9000/device?code={code}")
    );
    assert_eq!((&asked["expires_in"], &asked["interval"]), (&600.into(), &5.into()));
    assert!(code.len() == 9 && text(&asked, "device_code").len() == 43, "{asked}");
    let document = harness
        .client()
        .get("/application/o/tv/.well-known/openid-configuration")
        .await;
    assert_eq!(
        json(&document)["device_authorization_endpoint"],
        "http://localhost:9000/application/o/device/"
    );
    for global in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        let document = json(&harness.client().get(global).await);
        assert_eq!(
            document["device_authorization_endpoint"],
            "http://localhost:9000/application/o/device/"
        );
        assert!(
            document["grant_types_supported"]
                .as_array()
                .unwrap()
                .contains(&GRANT.into())
        );
    }
}

async fn what_can_not_be_answered_is_refused(harness: &Harness) {
    application(harness, "tv").await;
    application_with(harness, "off", |application| application.enabled = false).await;
    harness.application("web").await;
    application_with(harness, "app", |application| {
        application.client_type = ClientType::Public;
    })
    .await;
    let secret = secret_of("tv");
    let cases: [(Fields<'_>, u16, &str); 9] = [
        (&[], 400, "invalid_request"),
        (&[("client_id", "")], 400, "invalid_request"),
        (&[("client_id", "nobody")], 401, "invalid_client"),
        (
            &[("client_id", "tv"), ("client_secret", "wrong")],
            401,
            "invalid_client",
        ),
        (&[("client_id", "off")], 400, "unauthorized_client"),
        (&[("client_id", "web")], 400, "unauthorized_client"),
        (&[("client_id", "tv"), ("scope", "open\"id")], 400, "invalid_scope"),
        (&[("client_id", "tv"), ("client_id", "tv")], 400, "invalid_request"),
        (&[("client_id", "tv"), ("scope", "\u{fc}")], 400, "invalid_scope"),
    ];
    for (fields, status, code) in cases {
        let answer = harness.client().post(PATH, fields).await;
        let (got, error, _) = refusal(&answer);
        assert_eq!((got, error.as_str()), (status, code), "{fields:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let right: [Fields<'_>; 2] = [
        &[("client_id", "tv"), ("client_secret", &secret)],
        &[("client_id", "app"), ("client_secret", "not looked at")],
    ];
    for fields in right {
        assert_eq!(harness.client().post(PATH, fields).await.status, 200, "{fields:?}");
    }
    // `tv:` as authentik's clients send it.
    let basic = harness
        .client()
        .with_header(header::AUTHORIZATION, "Basic dHY6")
        .post(PATH, &[])
        .await;
    assert_eq!(basic.status, 200, "{}", basic.body);
    let got = harness.client().get(PATH).await;
    assert_eq!((got.status.as_u16(), got.header("allow")), (405, Some("POST")));
    let request = Request::builder()
        .method(Method::POST)
        .uri(PATH)
        .header(header::CONTENT_TYPE, "application/json");
    let request = request.body(Body::from("{\"client_id\":\"tv\"}")).unwrap();
    assert_eq!(harness.client().send(request).await.status, 415);
}

/// One more request for a code, and how long it has to wait.
async fn wait(client: &mut Client, slug: &str) -> Option<u64> {
    let answer = client.post(PATH, &[("client_id", slug)]).await;
    if answer.status == 200 {
        return None;
    }
    let expected = (429, "slow_down".to_owned(), "device_requests_too_many".to_owned());
    assert_eq!(refusal(&answer), expected);
    Some(answer.header("retry-after").unwrap().parse().unwrap())
}

async fn an_address_that_asks_too_often_has_to_wait(harness: &Harness) {
    application(harness, "tv").await;
    application(harness, "box").await;
    let mut client = harness.client();
    for slug in ["tv", "box", "tv", "box"] {
        assert_eq!(wait(&mut client, slug).await, None);
    }
    harness.advance(60);
    let seconds = wait(&mut client, "tv").await.unwrap();
    assert!((29 * 60..=29 * 60 + 1).contains(&seconds), "{seconds}");
    let mut elsewhere = harness.client().at_address("198.51.100.7");
    assert_eq!(wait(&mut elsewhere, "tv").await, None);
    // What is refused for another reason is not counted.
    assert_eq!(refusal(&client.post(PATH, &[("client_id", "nobody")]).await).0, 401);
    let mut neighbours = [1, 2, 3, 4, 5].map(|host| harness.client().at_address(&format!("2001:db8:1:2::{host}")));
    for client in &mut neighbours[..4] {
        assert_eq!(wait(client, "box").await, None);
    }
    assert!(
        wait(&mut neighbours[4], "box").await.is_some(),
        "one network is one address"
    );
    harness.advance(29 * 60);
    assert_eq!(wait(&mut client, "tv").await, None, "the window has passed");
    let mut forged = client.with_header("x-forwarded-for".parse().unwrap(), "203.0.113.1");
    for _ in 0..3 {
        assert_eq!(wait(&mut forged, "tv").await, None);
    }
    assert!(
        wait(&mut forged, "tv").await.is_some(),
        "a forged header gives no new address"
    );
}

async fn a_client_that_asks_too_often_has_to_wait(harness: &Harness) {
    application(harness, "tv").await;
    application(harness, "box").await;
    for number in 0..7 {
        let mut client = harness.client().at_address(&format!("198.51.100.{number}"));
        assert_eq!(wait(&mut client, "tv").await, None);
    }
    let mut client = harness.client().at_address("198.51.100.99");
    assert!(wait(&mut client, "tv").await.is_some());
    assert_eq!(wait(&mut client, "box").await, None);
}

async fn requests_that_arrive_together_are_counted_one_by_one(harness: &Harness) {
    application(harness, "tv").await;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let mut client = harness.client();
        requests.spawn(async move { wait(&mut client, "tv").await });
    }
    let answers = requests.join_all().await;
    assert_eq!(answers.iter().filter(|wait| wait.is_none()).count(), 4);
}

async fn an_application_chooses_how_long_its_codes_wait(harness: &Harness) {
    let life = "minutes=2".parse().unwrap();
    application_with(harness, "tv", |application| {
        application.device_code_validity = Some(life);
    })
    .await;
    let asked = ask(harness, "tv", "openid").await;
    assert_eq!(asked["expires_in"], 120);
    let code = text(&asked, "device_code");
    harness.advance(119);
    assert_eq!(error(harness, "tv", code).await, "authorization_pending");
    harness.advance(1);
    assert_eq!(error(harness, "tv", code).await, "expired_token");
}

store::statements! {
    ROWS = "SELECT hash, user_code FROM device_codes";
}

async fn neither_code_is_kept_as_it_is(harness: &Harness) {
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let rows = harness.app.store.db().read(&ROWS, &[]).await.unwrap();
    let row = rows.first().unwrap();
    let (hash, user_code): ([u8; 32], [u8; 32]) = (row.array(0).unwrap(), row.array(1).unwrap());
    assert_eq!(hash, protocol::id::hash_secret(text(&asked, "device_code")));
    let shown = text(&asked, "user_code");
    for guess in [shown.to_owned(), shown.replace('-', "")] {
        assert_ne!(
            user_code,
            protocol::id::hash_secret(&guess),
            "a plain hash could be tried out"
        );
    }
}
