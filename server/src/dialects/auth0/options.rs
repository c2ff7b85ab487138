//! `options` of a connection, as they are written (section 2 of the sheet): each member is checked, and what a source has a field
//! for becomes that field. The rest is kept as it was written.

use protocol::upstream::SourceAuthMethod;
use serde_json::{Map, Value, json};

/// The longest profile script, in characters (B-2.6).
const LONGEST_SCRIPT: usize = 51_200;
const MOST_PARAMETERS: usize = 30;
/// B-2.11
const MOST_MAPPED: usize = 21;
const LONGEST_MAPPED: usize = 128;
/// B-2.9
const LONGEST_HEADER: usize = 1024;

/// Parameters of our own `/authorize` that `upstream_params` may name (B-2.20).
const ALIASES: [&str; 12] = [
    "acr_values",
    "audience",
    "client_id",
    "display",
    "id_token_hint",
    "login_hint",
    "max_age",
    "prompt",
    "resource",
    "response_mode",
    "response_type",
    "ui_locales",
];

/// Options that were read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The fields of the source; null: the option is not there.
    pub(super) fields: Map<String, Value>,
    /// What is kept beside them: everything but secrets and the script, which have fields of their own.
    pub(super) kept: Map<String, Value>,
    /// The client secret was written, and is empty.
    pub(super) empty_secret: bool,
}

/// Further parameters of the authorization request, by their names at the provider.
struct Parameters {
    /// Those with a value.
    fixed: Map<String, Value>,
    /// Those whose value comes from the parameter of this name of the application's request.
    mapped: Map<String, Value>,
}

/// Reads options.
///
/// # Errors
/// What is wrong with the first member that is.
pub(super) fn read(options: &Map<String, Value>) -> Result<Read, String> {
    let mut fields = Map::new();
    let mut set = |field: &str, value: Option<Value>| {
        fields.insert(field.to_owned(), value.unwrap_or(Value::Null));
    };
    let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(Value::from);
    set("client_id", filled(text(options, "client_id")?));
    set("authorization_endpoint", filled(text(options, "authorizationURL")?));
    set("token_endpoint", filled(text(options, "tokenURL")?));
    set("end_session_endpoint", filled(text(options, "logoutUrl")?));
    set("icon_url", filled(text(options, "icon_url")?));
    set("scopes", scopes(options)?.map(Value::from));
    set("profile_script", script(options)?.map(Value::from));
    let pkce = flag(options, "pkce_enabled")?;
    set("pkce", pkce.map(|on| Value::from(if on { "S256" } else { "none" })));
    set("update_profile", update_profile(options)?.map(Value::from));
    let secret = text(options, "client_secret")?;
    set("client_secret", filled(secret));
    let headers = texts(options, "customHeaders", MOST_PARAMETERS, 1..=LONGEST_HEADER)?;
    set("token_request_headers", headers.map(Value::from));
    let Parameters { fixed, mapped } = parameters(options)?;
    set("authorization_params", Some(fixed.into()));
    set("authorization_params_map", Some(mapped.into()));
    check_kept(options)?;
    Ok(Read {
        fields,
        kept: kept(options),
        empty_secret: secret == Some(""),
    })
}

/// How we authenticate at the token endpoint of a connection (contract, section 4).
pub(super) fn auth_method() -> Value {
    json!(SourceAuthMethod::ClientSecretPost)
}

fn kept(options: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = options.clone();
    kept.remove("client_secret");
    if kept
        .get("customHeaders")
        .and_then(Value::as_object)
        .is_some_and(|headers| !headers.is_empty())
    {
        kept.remove("customHeaders");
    }
    if let Some(Value::Object(scripts)) = kept.get_mut("scripts") {
        scripts.remove("fetchUserProfile");
    }
    kept
}

/// Members that have no field: their types.
fn check_kept(options: &Map<String, Value>) -> Result<(), String> {
    flag(options, "useOauthSpecScope")?;
    texts(options, "fieldsMap", usize::MAX, 1..=LONGEST_HEADER)?;
    match options.get("non_persistent_attrs") {
        None => {}
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => {}
        Some(_) => return Err(wrong("non_persistent_attrs", "a list of texts")),
    }
    match options.get("strategy_version") {
        None => Ok(()),
        Some(version) if version.is_u64() => Ok(()),
        Some(_) => Err(wrong("strategy_version", "a whole number")),
    }
}

fn wrong(member: &str, expected: &str) -> String {
    format!("Expected {expected} on property options.{member}.")
}

fn text<'a>(options: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match options.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name, "a text")),
    }
}

fn flag(options: &Map<String, Value>, name: &str) -> Result<Option<bool>, String> {
    match options.get(name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(wrong(name, "true or false")),
    }
}

/// An object of texts.
fn texts(
    options: &Map<String, Value>,
    name: &str,
    most: usize,
    length: std::ops::RangeInclusive<usize>,
) -> Result<Option<Map<String, Value>>, String> {
    let members = match options.get(name) {
        None => return Ok(None),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(wrong(name, "an object")),
    };
    if members.len() > most {
        return Err(wrong(name, &format!("at most {most} members")));
    }
    let fits = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| length.contains(&text.chars().count()))
    };
    if !members.values().all(fits) {
        let expected = format!("texts of {} to {} characters", length.start(), length.end());
        return Err(wrong(name, &expected));
    }
    Ok(Some(members.clone()))
}

/// One text with spaces between, or a list (B-2.5).
fn scopes(options: &Map<String, Value>) -> Result<Option<Vec<String>>, String> {
    let pieces = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    match options.get("scope") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(pieces(text))),
        Some(Value::Array(list)) => {
            let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            let texts = texts.ok_or_else(|| wrong("scope", "a text or a list of texts"))?;
            Ok(Some(texts.into_iter().flat_map(pieces).collect()))
        }
        Some(_) => Err(wrong("scope", "a text or a list of texts")),
    }
}

/// The profile script. It is not looked into: a broken one fails at the sign-in (B-1.9).
fn script(options: &Map<String, Value>) -> Result<Option<&str>, String> {
    let scripts = match options.get("scripts") {
        None => return Ok(None),
        Some(Value::Object(scripts)) => scripts,
        Some(_) => return Err(wrong("scripts", "an object")),
    };
    if scripts.values().any(|script| !script.is_string()) {
        return Err(wrong("scripts", "texts"));
    }
    let script = scripts.get("fetchUserProfile").and_then(Value::as_str);
    if script.is_some_and(|script| script.chars().count() > LONGEST_SCRIPT) {
        return Err(wrong("scripts.fetchUserProfile", "at most 51200 characters"));
    }
    Ok(script)
}

fn update_profile(options: &Map<String, Value>) -> Result<Option<&str>, String> {
    const NAME: &str = "set_user_root_attributes";
    let mode = text(options, NAME)?;
    match mode {
        None | Some("on_each_login" | "on_first_login" | "never_on_login") => Ok(mode),
        Some(_) => Err(wrong(NAME, "on_each_login, on_first_login or never_on_login")),
    }
}

/// The further parameters (B-7.9 to B-7.11). What `upstream_params` says comes last.
fn parameters(options: &Map<String, Value>) -> Result<Parameters, String> {
    let fixed = texts(options, "authParams", MOST_PARAMETERS, 0..=LONGEST_HEADER)?;
    let mapped = texts(options, "authParamsMap", MOST_MAPPED, 1..=LONGEST_MAPPED)?;
    let (mut fixed, mut mapped) = (fixed.unwrap_or_default(), mapped.unwrap_or_default());
    let further = match options.get("upstream_params") {
        None | Some(Value::Null) => return Ok(Parameters { fixed, mapped }),
        Some(Value::Object(further)) => further,
        Some(_) => return Err(wrong("upstream_params", "an object or null")),
    };
    for (name, said) in further {
        let member = format!("upstream_params.{name}");
        let members = said.as_object().filter(|members| members.len() == 1);
        let one = members.and_then(|members| members.iter().next());
        match one.map(|(kind, value)| (kind.as_str(), value.as_str())) {
            Some(("value", Some(value))) => {
                fixed.insert(name.clone(), value.into());
            }
            Some(("alias", Some(alias))) if ALIASES.contains(&alias) => {
                mapped.insert(name.clone(), alias.into());
            }
            Some(("alias", Some(_))) => return Err(wrong(&member, &format!("one of {}", ALIASES.join(", ")))),
            _ => return Err(wrong(&member, "an object with value or alias")),
        }
    }
    Ok(Parameters { fixed, mapped })
}
