//! `/admin/sources/new`: which identity provider it is, and what has to be known of it.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use protocol::refusal::Refusal;
use protocol::upstream::SourceKind;
use protocol::upstream::vendors::{self, Vendor};
use serde_json::{Value, json};

use super::choice::{wants_whole_form, whole_form};
use crate::dashboard::api::Call;
use crate::dashboard::cells::Names;
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::draft::Draft;
use crate::dashboard::engine;
use crate::dashboard::fields::Making;
use crate::dashboard::form::Form;
use crate::dashboard::refusals;
use crate::dashboard::resource::{Field, Kind, choice, code, line};
use crate::dashboard::resources::USER_MATCHING_MODES;
use crate::pages::dashboard::form::{FieldView, FormPage, GroupView, InputView};
use crate::pages::dashboard::table::Link;
use crate::pages::dashboard::wizard::{Choice, ChoiceGroup, ChoiceItem};
use crate::pages::{FormAction, Frame, reply};
use crate::web::reply::see_other;
use crate::web::visit::{Halt, SHOWN_AGAIN, Shown, Visit};

/// The fields of the forms. `scopes` is one line here, as providers write it.
static SECRET: Field = Field::new("client_secret", Kind::Secret);
static NAME: Field = line("name").required();
static KEY: Field = code("key").required();
static CLIENT: Field = code("client_id").required();
static SCOPES: Field = code("scopes");
static DISCOVERY: Field = code("discovery_url").required();
static AUTHORIZE: Field = code("authorization_endpoint").required();
static TOKEN: Field = code("token_endpoint").required();
static USERINFO: Field = code("userinfo_endpoint").required();
static REQUEST_TOKEN: Field = code("request_token_endpoint").required();
static USERINFO_METHOD: Field = choice("userinfo_method", &["GET", "POST"]);
static USERINFO_AUTH: Field = choice("userinfo_auth", &["bearer", "basic", "query"]);
static SIGNATURE: Field = choice("oauth1_signature_method", &["HMAC-SHA1", "PLAINTEXT"]);
static MATCHING: Field = choice("user_matching_mode", USER_MATCHING_MODES);
static MAPPING: Field = Field::new("attribute_mapping", Kind::Json);
static SCRIPT: Field = Field::new("profile_script", Kind::Script);
static HEADERS: Field = Field::new("token_request_headers", Kind::Json);
static AUTH_METHOD: Field = choice(
    "token_endpoint_auth_method",
    &["client_secret_basic", "client_secret_post", "none"],
);

/// What the script of a new custom provider begins with.
const TEMPLATE: &str = "\
function fetchUserProfile(accessToken, context, callback) {
  request.get(
    {
      url: 'https://provider.example.com/userinfo',
      headers: { Authorization: 'Bearer ' + accessToken }
    },
    (error, response, body) => {
      if (error) return callback(error);
      if (response.statusCode !== 200) return callback(new Error(body));
      const person = JSON.parse(body);
      callback(null, { user_id: person.id, email: person.email });
    }
  );
}
";

/// What the mapping of a new plain OAuth 2.0 provider begins with.
const MAPPED: &str =
    "{\n  \"provider_user_id\": \"id\",\n  \"email_address\": \"email\",\n  \"first_name\": \"name\"\n}";

/// A way to describe a provider.
#[derive(Clone, Copy)]
enum Way {
    Oidc,
    Oauth2,
    Oauth1,
    /// The form of Auth0's *Create Custom*.
    Custom,
    Preset(&'static Vendor),
}

/// The ways without a vendor: name in addresses, and the messages of title and explanation.
const WAYS: [(&str, &str, &str); 4] = [
    ("oidc", "wizard-oidc", "wizard-oidc-text"),
    ("oauth2", "wizard-oauth2", "wizard-oauth2-text"),
    ("oauth1", "wizard-oauth1", "wizard-oauth1-text"),
    ("custom", "wizard-custom", "wizard-custom-text"),
];

/// Labels that differ from those of the records: the field names of the forms that people know.
const CUSTOM_LABELS: [(&str, &str); 8] = [
    ("key", "wizard-custom-name"),
    ("authorization_endpoint", "wizard-custom-authorize"),
    ("token_endpoint", "wizard-custom-token"),
    ("scopes", "wizard-custom-scope"),
    ("client_id", "wizard-custom-client-id"),
    ("client_secret", "wizard-custom-client-secret"),
    ("profile_script", "wizard-custom-script"),
    ("token_request_headers", "wizard-custom-headers"),
];

/// Explanations of fields.
const HELPS: [(&str, &str); 11] = [
    ("key", "wizard-help-key"),
    ("discovery_url", "wizard-help-discovery"),
    ("scopes", "wizard-help-scopes"),
    ("client_id", "wizard-help-client-id"),
    ("userinfo_endpoint", "wizard-help-userinfo"),
    ("userinfo_method", "wizard-help-userinfo-method"),
    ("userinfo_auth", "wizard-help-userinfo-auth"),
    ("attribute_mapping", "wizard-help-mapping"),
    ("user_matching_mode", "dashboard-help-user_matching_mode"),
    ("profile_script", "wizard-help-script"),
    ("token_request_headers", "wizard-help-headers"),
];

/// Every message of these tables.
pub(super) fn messages() -> impl Iterator<Item = String> {
    let ways = WAYS.iter().flat_map(|(_, title, text)| [*title, *text]);
    let labels = CUSTOM_LABELS.iter().chain(&HELPS).map(|(_, message)| *message);
    ways.chain(labels).map(str::to_owned)
}

impl Way {
    fn of(name: &str) -> Result<Self, Halt> {
        match name {
            "oidc" => Ok(Self::Oidc),
            "oauth2" => Ok(Self::Oauth2),
            "oauth1" => Ok(Self::Oauth1),
            "custom" => Ok(Self::Custom),
            preset => vendors::find(preset)
                .map(Self::Preset)
                .ok_or_else(|| Refusal::NotFound.into()),
        }
    }

    fn fields(self) -> Vec<&'static Field> {
        match self {
            Self::Oidc => vec![&NAME, &KEY, &DISCOVERY, &CLIENT, &SECRET, &SCOPES],
            Self::Oauth2 => vec![
                &NAME,
                &KEY,
                &AUTHORIZE,
                &TOKEN,
                &USERINFO,
                &USERINFO_METHOD,
                &USERINFO_AUTH,
                &CLIENT,
                &SECRET,
                &AUTH_METHOD,
                &SCOPES,
                &MAPPING,
                &MATCHING,
            ],
            Self::Oauth1 => vec![
                &NAME,
                &KEY,
                &REQUEST_TOKEN,
                &AUTHORIZE,
                &TOKEN,
                &USERINFO,
                &SIGNATURE,
                &CLIENT,
                &SECRET,
                &MAPPING,
            ],
            Self::Custom => vec![&KEY, &AUTHORIZE, &TOKEN, &SCOPES, &CLIENT, &SECRET, &SCRIPT, &HEADERS],
            Self::Preset(vendor) if vendor.discovery_url.is_none() && vendor.authorization_endpoint.is_none() => {
                vec![&NAME, &KEY, &DISCOVERY, &CLIENT, &SECRET, &SCOPES]
            }
            Self::Preset(_) => vec![&NAME, &KEY, &CLIENT, &SECRET, &SCOPES],
        }
    }

    /// What stands in the form before anybody has typed.
    fn suggestions(self) -> Vec<(&'static Field, String)> {
        match self {
            Self::Oidc => vec![(&SCOPES, "openid email profile".to_owned())],
            // Who has an account already is found by an address that both sides know to be theirs.
            Self::Oauth2 => vec![
                (&MAPPING, MAPPED.to_owned()),
                (&MATCHING, "verified_email_link".to_owned()),
            ],
            Self::Oauth1 => vec![(&MAPPING, MAPPED.to_owned())],
            Self::Custom => vec![(&SCRIPT, TEMPLATE.to_owned())],
            Self::Preset(vendor) => vec![
                (&NAME, vendor.name.to_owned()),
                (&KEY, vendor.key.to_owned()),
                (&SCOPES, vendor.scopes.join(" ")),
            ],
        }
    }

    /// The members that follow from the way.
    fn complete(self, body: &mut Value) {
        let kind = match self {
            Self::Oidc => SourceKind::Oidc,
            Self::Oauth2 | Self::Custom => SourceKind::Oauth2,
            Self::Oauth1 => SourceKind::Oauth1,
            Self::Preset(vendor) => vendor.kind,
        };
        body["kind"] = json!(kind);
        if let Some(scopes) = body.get("scopes").and_then(Value::as_str).map(str::to_owned) {
            body["scopes"] = json!(
                scopes
                    .split([' ', ','])
                    .filter(|scope| !scope.is_empty())
                    .collect::<Vec<_>>()
            );
        }
        match self {
            // As there: the secret goes in the body, and no application offers it before one is chosen.
            Self::Custom => {
                body["name"] = body["key"].clone();
                body["token_endpoint_auth_method"] = json!("client_secret_post");
                body["applications"] = json!([]);
            }
            Self::Preset(vendor) => {
                body["preset"] = json!(vendor.key);
                body["enabled"] = json!(false);
            }
            // Switched on once it has been tested.
            _ => body["enabled"] = json!(false),
        }
    }

    fn title(self, frame: &Frame<'_>) -> (String, String) {
        let name = match self {
            Self::Preset(vendor) => return (vendor.name.to_owned(), frame.say("wizard-preset-text")),
            Self::Oidc => "oidc",
            Self::Oauth2 => "oauth2",
            Self::Oauth1 => "oauth1",
            Self::Custom => "custom",
        };
        let found = WAYS.iter().find(|(way, ..)| *way == name);
        found.map_or_else(Default::default, |(_, title, text)| (frame.say(title), frame.say(text)))
    }
}

/// Shows the vendors and the ways for everything else.
pub(in crate::dashboard) async fn choose(arrival: Arrival) -> Response {
    if wants_whole_form(&arrival) {
        return engine::get(arrival).await;
    }
    let visit = arrival.visit();
    visit.answer(choice_of(&visit, &arrival).await)
}

async fn choice_of(visit: &Visit<'_>, arrival: &Arrival) -> Shown {
    let desk = arrival.desk(visit).await?;
    let frame = visit.frame(&[]);
    let presets = vendors::all().iter().map(|vendor| ChoiceItem {
        address: format!("/admin/sources/new/{}", vendor.key),
        name: vendor.key.to_owned(),
        title: vendor.name.to_owned(),
        about: frame.say(match vendor.kind {
            SourceKind::Oidc => "wizard-speaks-oidc",
            SourceKind::Oauth2 => "wizard-speaks-oauth2",
            SourceKind::Oauth1 => "wizard-speaks-oauth1",
        }),
    });
    let others = WAYS.iter().map(|(way, title, text)| ChoiceItem {
        address: format!("/admin/sources/new/{way}"),
        name: (*way).to_owned(),
        title: frame.say(title),
        about: frame.say(text),
    });
    let page = Choice {
        shell: desk.shell(&frame),
        title: frame.say("dashboard-new-sources"),
        about: frame.say("wizard-choose-provider"),
        search: None,
        groups: vec![ChoiceGroup {
            title: frame.say("wizard-presets"),
            items: presets.collect(),
        }],
        others: others.chain([whole_form(&frame, "sources")]).collect(),
        are_words_english: false,
        frame: &frame,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

/// Shows the form.
pub(in crate::dashboard) async fn get(arrival: Arrival, Path(kind): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(blank(&visit, &arrival, &kind).await)
}

/// Makes the source.
pub(in crate::dashboard) async fn post(arrival: Arrival, Path(kind): Path<String>, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(make(&visit, &arrival, &kind, body).await)
}

async fn blank(visit: &Visit<'_>, arrival: &Arrival, kind: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let way = Way::of(kind)?;
    let fields = way.fields();
    let mut draft = Draft::blank(&fields);
    for (field, text) in way.suggestions() {
        draft.suggest(field, &text);
    }
    page(&desk, kind, way, &draft, None, StatusCode::OK).await
}

async fn make(visit: &Visit<'_>, arrival: &Arrival, kind: &str, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let way = Way::of(kind)?;
    let frame = visit.frame(&[]);
    let fields = way.fields();
    let mut draft = Draft::typed(&fields, &form, "");
    let wrong = frame.say("dashboard-wrong");
    for field in fields.iter().filter(|field| field.required) {
        if draft.inputs(field).iter().all(|text| text.trim().is_empty()) {
            draft
                .problems
                .insert(field.name.to_owned(), frame.say("dashboard-required"));
        }
    }
    if matches!(way, Way::Custom) && form.get("key").is_some_and(|name| !is_connection_name(name)) {
        draft
            .problems
            .insert("key".to_owned(), frame.say("wizard-custom-name-wrong"));
    }
    let Some(mut body) = draft.whole_body(&fields, Making::mistyped(&frame)) else {
        return page(&desk, kind, way, &draft, Some(wrong), SHOWN_AGAIN).await;
    };
    way.complete(&mut body);
    let made = desk.call(Call::post("/sources", Some(&body))).await?;
    if made.is_done() {
        let there = match way {
            Way::Custom => "applications?done=made",
            _ => "start?done=made",
        };
        return Ok(see_other(&format!("/admin/sources/{}/{there}", made.text("id"))));
    }
    let errors = refusals::errors(&frame, &made);
    let others = draft.refuse(&errors);
    let problem = match (errors.is_empty(), others.into_iter().next()) {
        (true, _) => made.text("detail").to_owned(),
        (false, Some(other)) => other,
        (false, None) => wrong,
    };
    page(&desk, kind, way, &draft, Some(problem), made.status).await
}

/// The names that `/api/v2` takes as well: letters and digits, and dashes between them.
fn is_connection_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

async fn page(
    desk: &Desk<'_>,
    kind: &str,
    way: Way,
    draft: &Draft,
    problem: Option<String>,
    status: StatusCode,
) -> Shown {
    let frame = desk.visit.frame(&[]);
    let mut names = Names::default();
    let mut making = Making {
        desk,
        frame: &frame,
        names: &mut names,
    };
    let mut fields = making.fields(way.fields().into_iter(), draft).await?;
    for field in &mut fields {
        call(&frame, way, field);
    }
    let (title, text) = way.title(&frame);
    let page = FormPage {
        shell: desk.shell(&frame),
        trail: vec![Link {
            address: "/admin/sources/new".to_owned(),
            text: frame.say("dashboard-new-sources"),
        }],
        title,
        text: Some(text),
        notice: None,
        problem,
        problems: Vec::new(),
        warnings: Vec::new(),
        facts: Vec::new(),
        action: Some(format!("/admin/sources/new/{kind}")),
        hidden: Vec::new(),
        groups: vec![GroupView {
            title: frame.say("wizard-questions"),
            folded: false,
            open: true,
            fields,
        }],
        button: frame.say("wizard-make-source"),
        is_danger: false,
        trial: None,
        ways: Vec::new(),
        delete: None,
        related: Vec::new(),
        frame: &frame,
    };
    Ok(reply(status, &page, &FormAction::Here))
}

/// The words of a field as this form has them.
fn call(frame: &Frame<'_>, way: Way, field: &mut FieldView) {
    let said = |table: &[(&str, &str)], name: &str| {
        let found = table.iter().find(|(field, _)| *field == name);
        found.map(|(_, message)| frame.say(message))
    };
    if matches!(way, Way::Custom)
        && let Some(label) = said(&CUSTOM_LABELS, &field.name)
    {
        field.label = label;
    }
    field.help = match (way, field.name.as_str()) {
        (Way::Custom, "key") => Some(frame.say("wizard-custom-name-help")),
        (_, name) => said(&HELPS, name),
    };
    if let InputView::Area(_, rows, true) = &mut field.input
        && field.name == "profile_script"
    {
        *rows = (*rows).max(16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_connections_are_those_of_the_form() {
        for good in ["a", "my-connection", "my--connection", "A1-b2-C3"] {
            assert!(is_connection_name(good), "{good}");
        }
        for bad in ["", "-", "-a", "a-", "a_b", "a b", "a.b", "ü"] {
            assert!(!is_connection_name(bad), "{bad}");
        }
    }

    #[test]
    fn every_vendor_has_a_form() {
        for vendor in vendors::all() {
            assert!(Way::of(vendor.key).is_ok(), "{}", vendor.key);
            assert!(!WAYS.iter().any(|(way, ..)| *way == vendor.key), "{}", vendor.key);
        }
        assert!(Way::of("nothing").is_err());
    }
}
