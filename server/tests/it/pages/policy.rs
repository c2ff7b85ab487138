//! What a page travels with: the policy for its content, and where its forms may lead.

use http::{StatusCode, header};
use vestibule::assets::Assets;
use vestibule::pages::{FormAction, Frame, SignedOut, reply};
use vestibule::texts::Texts;

#[test]
fn a_page_travels_with_a_strict_policy() {
    let (texts, assets) = (Texts::load().unwrap(), Assets::load());
    let frame = Frame {
        speech: texts.choose(["en"]),
        assets: &assets,
        demonstration: false,
    };
    let page = SignedOut {
        frame: &frame,
        back: None,
        source: None,
        sign_in: "/login",
        frames: &[],
    };
    let policy = |form_action: FormAction| {
        let response = reply(StatusCode::BAD_REQUEST, &page, &form_action);
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(response.headers()[header::X_FRAME_OPTIONS], "DENY");
        assert_eq!(response.headers()[header::REFERRER_POLICY], "same-origin");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .to_owned()
    };
    let none = policy(FormAction::None);
    assert!(
        none.starts_with("default-src 'none'; style-src 'self'; script-src 'self'; "),
        "{none}"
    );
    assert!(
        none.contains("frame-ancestors 'none'; base-uri 'none'") && !none.contains("unsafe"),
        "{none}"
    );
    assert!(none.ends_with("form-action 'none'"), "{none}");
    assert!(policy(FormAction::Here).ends_with("form-action 'self'"));
    assert!(!policy(FormAction::Anywhere).contains("form-action"));
    let towards = |address| policy(FormAction::towards(address));
    assert!(towards("https://app.example:8443/cb?x=1").ends_with("form-action 'self' https://app.example:8443"));
    assert!(towards("com.example.app:/cb").ends_with("form-action 'self' com.example.app:"));
    let sly = towards("https://app.example/;script-src%20*\r\nx: y");
    assert!(sly.ends_with("form-action 'self' https://app.example"), "{sly}");
}
