//! Classes of authentication: what a request asks for, what a sign-in meets, and what stands in the tokens
//! (OpenID Connect Core, sections 3.1.2.1 and 5.5.1.1; RFC 9470, section 5).

use protocol::acr::{
    ACR_DEFAULT, ACR_MULTIPLE, ACR_PHISHING_RESISTANT, AcrRequest, class_of, is_met, parse_acr_request,
};
use protocol::client::Application;
use protocol::factor::{amr_with_code, amr_with_passkey};
use protocol::params::Params;
use protocol::refusal::Refusal;
use serde_json::json;
use url::form_urlencoded;

use crate::fixtures::words;

fn parse(acr_values: Option<&str>, acr: Option<serde_json::Value>) -> Result<AcrRequest, Refusal> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(values) = acr_values {
        query.append_pair("acr_values", values);
    }
    if let Some(acr) = acr {
        query.append_pair("claims", &json!({ "id_token": { "acr": acr } }).to_string());
    }
    let params = Params::parse(query.finish().as_bytes()).unwrap();
    parse_acr_request(&params).map_err(|error| error.refusal)
}

fn request(values: &str, essential: &str) -> AcrRequest {
    AcrRequest {
        values: words(values),
        essential: words(essential),
    }
}

#[test]
fn what_is_known_is_kept_in_the_order_of_the_application() {
    let mfa_any = format!("gold {ACR_MULTIPLE} {ACR_MULTIPLE} {ACR_DEFAULT}");
    assert_eq!(
        parse(Some(&mfa_any), None),
        Ok(request(&format!("{ACR_MULTIPLE} {ACR_DEFAULT}"), ""))
    );
    assert_eq!(
        parse(Some("1 2"), None),
        Ok(request("", "")),
        "unknown ones ask for nothing"
    );
    assert_eq!(parse(None, None), Ok(request("", "")));
    assert_eq!(parse(None, Some(json!(null))), Ok(request("", "")));
    assert_eq!(
        parse(None, Some(json!({ "values": ["phr", "gold"] }))),
        Ok(request("phr", ""))
    );
    assert_eq!(
        parse(Some(ACR_DEFAULT), Some(json!({ "value": "phr" }))),
        Ok(request(ACR_DEFAULT, "")),
        "the parameter comes before a voluntary claim"
    );
}

#[test]
fn an_essential_class_has_to_be_one_of_ours() {
    let essential = |values: serde_json::Value| Some(json!({ "essential": true, "values": values }));
    assert_eq!(parse(None, essential(json!(["gold", "phr"]))), Ok(request("", "phr")));
    assert_eq!(
        parse(Some("phr"), essential(json!([ACR_MULTIPLE]))),
        Ok(request("phr", ACR_MULTIPLE))
    );
    assert_eq!(parse(None, essential(json!(["gold"]))), Err(Refusal::AcrUnmet));
    assert_eq!(
        parse(None, Some(json!({ "essential": true }))),
        Ok(request("", "")),
        "any class will do"
    );
    assert_eq!(
        parse(None, Some(json!({ "essential": true, "value": "gold" }))),
        Err(Refusal::AcrUnmet)
    );
    for malformed in [
        json!({ "value": 1 }),
        json!({ "values": "phr" }),
        json!({ "values": ["phr", 1] }),
        json!({ "value": "phr", "values": ["phr"] }),
    ] {
        assert_eq!(
            parse(None, Some(malformed.clone())),
            Err(Refusal::ClaimsMalformed),
            "{malformed}"
        );
    }
}

#[test]
fn a_class_is_met_by_what_was_proved() {
    let password = words("pwd");
    let code = amr_with_code(&password);
    let passkey = amr_with_passkey(&[], false);
    let copied = amr_with_passkey(&password, true);
    assert_eq!(code, words("pwd otp mfa"));
    assert_eq!(passkey, words("pop user mfa"));
    assert_eq!(copied, words("pwd swk user mfa"));
    assert_eq!(amr_with_code(&code), code, "no method stands twice");
    let application = |values: &str| Application {
        default_acr_values: words(values),
        ..Application::default()
    };
    for (registered, asked, amr, met, class) in [
        ("", "", &password, true, None),
        ("", ACR_DEFAULT, &password, true, None),
        ("", ACR_MULTIPLE, &password, false, None),
        ("", ACR_MULTIPLE, &code, true, Some(ACR_MULTIPLE)),
        ("", ACR_PHISHING_RESISTANT, &code, false, None),
        ("", ACR_PHISHING_RESISTANT, &passkey, true, Some(ACR_PHISHING_RESISTANT)),
        ("", ACR_PHISHING_RESISTANT, &copied, true, Some(ACR_PHISHING_RESISTANT)),
        (ACR_MULTIPLE, "", &password, false, None),
        (ACR_MULTIPLE, ACR_DEFAULT, &password, false, None),
        (ACR_MULTIPLE, "", &passkey, true, Some(ACR_MULTIPLE)),
        (ACR_MULTIPLE, ACR_PHISHING_RESISTANT, &code, false, Some(ACR_MULTIPLE)),
        (
            ACR_MULTIPLE,
            ACR_PHISHING_RESISTANT,
            &passkey,
            true,
            Some(ACR_PHISHING_RESISTANT),
        ),
        ("", "", &passkey, true, None),
    ] {
        let (application, asked) = (application(registered), request(asked, ""));
        assert_eq!(is_met(&application, &asked, amr), met, "{registered} {asked:?} {amr:?}");
        assert_eq!(
            class_of(&application, &asked, amr).as_deref(),
            class,
            "{registered} {asked:?} {amr:?}"
        );
    }
    let both = request(ACR_DEFAULT, ACR_MULTIPLE);
    assert!(
        !is_met(&Application::default(), &both, &password),
        "an essential one counts beside a voluntary one"
    );
    assert!(is_met(&Application::default(), &both, &code));
}
