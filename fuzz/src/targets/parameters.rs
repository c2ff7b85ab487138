//! Parameters of requests, and what single ones hold.

use protocol::bearer::parse_bearer;
use protocol::claims::parse_claims_request;
use protocol::client_auth::{check_client_authentication, parse_credentials};
use protocol::github;
use protocol::github::paging::Paging;
use protocol::params::Params;
use protocol::pkce::{check_code_verifier, parse_code_challenge};
use protocol::scope::{decide_authorized_scopes, parse_scope};

use secrecy::ExposeSecret;

use crate::world::{client, split};
use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "client_id",
    "client_secret",
    "wiki-client",
    "access_token",
    "scope",
    "openid",
    "page",
    "per_page",
    "Basic ",
    "Bearer ",
    "token ",
    "application/json",
    "application/vnd.github+json",
    "q=0.5",
    "application/x-www-form-urlencoded",
    "d2lraS1jbGllbnQ6eA==",
    "code_challenge",
    "code_verifier",
    "S256",
    "plain",
    "resource",
    "audience",
];

/// A form body. What is read can be written and read again.
pub(crate) fn parameters(input: &[u8]) -> Place {
    let params = match Params::parse(input) {
        Ok(params) => params,
        Err(error) => return place(error.refusal.code()),
    };
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in params.iter() {
        form.append_pair(name, value);
    }
    let again = Params::parse(form.finish().as_bytes());
    match again {
        Ok(again) => assert!(again == params, "written and read again it is another"),
        // Percent signs make it longer than the limit.
        Err(error) => assert!(error.refusal.code() == "parameters_too_many", "{error:?}"),
    }
    let paging = Paging::parse(&params);
    assert!((1..=100).contains(&paging.per_page) && paging.page >= 1 && paging.offset() >= 0);
    assert!(paging.cut(&[1, 2, 3]).len() <= 3);
    let _ = paging.link("https://id.example.com/", true, Some(7));
    let client = client("");
    let scopes = parse_scope(params.get("scope"));
    if let Ok(asked) = &scopes {
        let given = decide_authorized_scopes(&client, asked.clone());
        assert!(given.is_sorted() && given.iter().all(|scope| client.offers(scope)));
    }
    let challenge = params
        .get("code_challenge")
        .map(|challenge| parse_code_challenge(challenge, params.get("code_challenge_method")));
    let verified = match (&challenge, params.get("code_verifier")) {
        (Some(Ok(challenge)), Some(verifier)) => check_code_verifier(challenge, verifier).is_ok(),
        _ => false,
    };
    place((
        scopes.is_ok(),
        challenge.is_some_and(|read| read.is_ok()),
        verified,
        params.is_empty(),
    ))
}

/// A line with the value of an `Authorization` header, then a body. Only the right secret counts.
pub(crate) fn credentials(input: &[u8]) -> Place {
    let (header, body) = split(input);
    let header = (!header.is_empty()).then_some(header.as_str());
    let Ok(params) = Params::parse(body) else {
        return place(0);
    };
    let bearer = parse_bearer(header, Some(&params), None);
    let github = github::parse_authorization(header);
    let json = github::wants_json(header);
    let read = parse_credentials(header, &params);
    let proved = read.as_ref().map(|credentials| {
        let client = client("");
        let proved = check_client_authentication(&client, credentials);
        if proved.is_ok() {
            let secret = credentials.secret.as_ref().map(ExposeSecret::expose_secret);
            let text = String::from_utf8_lossy(input).into_owned();
            assert!(
                secret == Some(crate::world::SECRET) || text.contains(crate::world::SECRET),
                "without the secret"
            );
        }
        proved.map_err(|error| error.refusal.code())
    });
    place((
        bearer.map(str::len).map_err(|error| error.refusal.code()).is_ok(),
        github.is_ok(),
        json,
        proved.map_err(|error| error.refusal.code()),
    ))
}

pub(crate) const CLAIMS: &[&str] = &[
    "userinfo",
    "id_token",
    "{\"userinfo\":{\"email\":null}}",
    "essential",
    "value",
    "values",
    "sub",
    "email",
    "acr",
    "null",
    "{",
    "}",
    "[",
    "\"",
];

/// The `claims` parameter. Nothing is read that the application does not offer.
pub(crate) fn claims(input: &[u8]) -> Place {
    let Ok(text) = std::str::from_utf8(input) else {
        return place(0);
    };
    match parse_claims_request(&client("few_scopes"), Some(text)) {
        Ok(read) => {
            assert!(
                read.names()
                    .iter()
                    .all(|name| text.contains(name.as_str()) || text.contains('\\'))
            );
            place((read.names(), read.sub.is_some()))
        }
        Err(error) => place(error.refusal.code()),
    }
}
