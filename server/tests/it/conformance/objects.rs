//! Checks of request objects, which are refused: by their own error, never in silence.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::support::Party;

fn unsigned(claims: &str) -> String {
    format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
        URL_SAFE_NO_PAD.encode(claims)
    )
}

/// What discovery says has to fit to what the server does.
async fn is_not_advertised(party: &Party<'_>, flag: &str) {
    let path = "/application/o/rp/.well-known/openid-configuration";
    let document = party.harness.client().get(path).await.body;
    let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(document[flag], false, "{flag}");
}

pub(super) async fn request_uri_unsigned(party: &mut Party<'_>) {
    is_not_advertised(party, "request_uri_parameter_supported").await;
    let more = [("request_uri", "https://rp.example/request.jwt")];
    assert_eq!(party.ask(&more).await.error(), "request_uri_not_supported");
}

pub(super) async fn unsigned_request_object(party: &mut Party<'_>) {
    is_not_advertised(party, "request_parameter_supported").await;
    let object = unsigned(r#"{"state":"of the object","nonce":"of the object"}"#);
    let more = [("request", object.as_str())];
    assert_eq!(party.ask(&more).await.error(), "request_not_supported");
}

/// An address inside an object that is not read changes nothing: the answer goes to the one beside it.
pub(super) async fn request_object_with_redirect_uri(party: &mut Party<'_>) {
    let object = unsigned(r#"{"redirect_uri":"https://rp2.example/cb"}"#);
    let more = [("request", object.as_str())];
    assert_eq!(party.ask(&more).await.error(), "request_not_supported");
}
