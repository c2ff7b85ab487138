//! What the tests of one's own account share.

use crate::harness::{Answer, Client, Form, Harness, PASSWORD};

/// Another good password.
pub(crate) const ANOTHER: &str = "lantern over quiet harbour";

/// The forms of a page that go to `action`, in their order.
pub(crate) fn forms(page: &Answer, action: &str) -> Vec<Form> {
    let html = page.page();
    let mut found: Vec<Form> = Vec::new();
    let mut inside = false;
    for element in &html.elements {
        let text = |name| element.attribute(name).unwrap_or_default().to_owned();
        if element.name == "form" {
            inside = element.attribute("action") == Some(action);
            if inside {
                let action = action.to_owned();
                let fields = Vec::new();
                found.push(Form { action, fields });
            }
        } else if inside && element.name == "input" && element.attribute("type") != Some("checkbox") {
            let form = found.last_mut().expect("a form is open");
            form.fields.push((text("name"), text("value")));
        }
    }
    found
}

/// Whether the browser is still signed in.
pub(crate) async fn is_signed_in(client: &mut Client) -> bool {
    client.get("/account").await.status == 200
}

/// Whether this password opens the account.
pub(crate) async fn opens(harness: &Harness, username: &str, password: &str) -> bool {
    let mut client = harness.client();
    let page = client.get("/login").await;
    let form = page.form("login-form");
    let answer = client
        .submit(&form.with("username", username).with("password", password))
        .await;
    assert!(matches!(answer.status.as_u16(), 303 | 422), "{}", answer.body);
    answer.status == 303
}

/// The form that changes the password, filled in.
pub(crate) async fn password_form(client: &mut Client, new: &str) -> Form {
    let page = client.get("/account/password").await;
    page.form("password-form")
        .with("current", PASSWORD)
        .with("password", new)
        .without("end_others")
}

/// Every page that changes something and is bound to the person: without the proof of the form nothing happens, and
/// strangers sign in first.
pub(crate) async fn needs_proof(harness: &Harness, username: &str, page: &str, actions: &[&str]) {
    let mut client = harness.signed_in(username).await;
    assert_eq!(client.get(page).await.status, 200);
    for action in actions {
        let answer = client.post(action, &[("csrf", "made up")]).await;
        assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"), "{action}");
        let stranger = harness.client().post(action, &[]).await;
        assert_eq!(
            stranger.location(),
            Some(format!("/login?next={page}").as_str()),
            "{action}"
        );
    }
    let stranger = harness.client().get(page).await;
    assert_eq!(stranger.location(), Some(format!("/login?next={page}").as_str()));
}
