//! What an expression sees of the subject, the application and the request, read as far as it is mentioned.

use std::collections::BTreeMap;

use protocol::client::{Client, ClientType, MatchingMode};
use protocol::evaluation::EvaluationRequest;
use protocol::subject::hashed_user_id;
use protocol::user::{Group, Subject, User, UserType};
use script::inputs::{
    ApplicationObject, Context, GroupObject, HttpRequestObject, ProviderObject, RedirectUriObject, TokenObject,
    UserObject,
};
use script::{Inputs, Needs, host::Groups};
use serde_json::Value;
use store::StoreError;

use super::Around;
use crate::app::App;

/// Everything for one request.
pub(super) async fn of(
    app: &App,
    client: &Client,
    subject: Option<&Subject>,
    wanted: &EvaluationRequest,
    needs: Needs,
    around: Around<'_>,
) -> Result<Inputs, StoreError> {
    let application = &client.application;
    let user = match subject {
        None => None,
        Some(subject) => {
            let mut object = user_object(app, &subject.user);
            if needs.groups {
                let groups = groups_of(app, &subject.user.id).await?;
                object.is_superuser |= groups.all.iter().any(|group| group.is_superuser);
                object.groups = Some(groups.direct);
                object.all_groups = Some(groups.all);
            }
            if needs.entitlements {
                let names = app.store.load_entitlements_of_user(&subject.user.id, &application.id);
                object.entitlements = Some(names.await?);
            }
            if needs.authenticators {
                object.authenticators = Some(Vec::new());
            }
            Some(object)
        }
    };
    Ok(Inputs {
        user,
        application: Some(application_object(client)),
        provider: Some(provider_object(client)),
        token: Some(TokenObject {
            scope: wanted.scopes.clone(),
            auth_time: wanted.auth_time,
            session: None,
        }),
        context: Context {
            values: wanted.policies.clone().unwrap_or_default(),
            sets: BTreeMap::from([("oauth_scopes".to_owned(), wanted.scopes.clone())]),
            ..Context::default()
        },
        http_request: Some(HttpRequestObject {
            method: around.method.to_owned(),
            path: around.path.to_owned(),
            scheme: if app.secure { "https" } else { "http" }.to_owned(),
            ..HttpRequestObject::default()
        }),
        client_ip: Some(around.client_address.to_string()),
        variables: BTreeMap::new(),
    })
}

/// A user without groups, entitlements and factors.
pub(super) fn user_object(app: &App, user: &User) -> UserObject {
    let service = user.kind == UserType::ServiceAccount;
    let path = user.attributes.get("goauthentik.io/user/path").and_then(Value::as_str);
    UserObject {
        pk: user.number,
        uid: hashed_user_id(user, app.salt()),
        uuid: user.uuid.clone(),
        username: user.username.clone(),
        email: user.email.clone().unwrap_or_default(),
        name: user.name.clone(),
        is_active: user.is_active,
        is_superuser: user.is_admin,
        kind: if service { "service_account" } else { "internal" }.to_owned(),
        path: path.unwrap_or("users").to_owned(),
        date_joined: user.created_at.0,
        last_login: None,
        attributes: user.attributes.clone(),
        ..UserObject::default()
    }
}

/// The groups of a user, direct and inherited.
pub(super) async fn groups_of(app: &App, user_id: &str) -> Result<Groups, StoreError> {
    let found = app.store.load_group_records_of_user(user_id).await?;
    let uuids: BTreeMap<&str, &str> = found
        .iter()
        .map(|(group, _)| (group.id.as_str(), group.uuid.as_str()))
        .collect();
    let object = |group: &Group| GroupObject {
        uuid: group.uuid.clone(),
        number: group.number,
        name: group.name.clone(),
        attributes: group.attributes.clone(),
        is_superuser: group.is_admin,
        parents: group
            .parents
            .iter()
            .filter_map(|parent| uuids.get(parent.as_str()).map(|uuid| (*uuid).to_owned()))
            .collect(),
    };
    Ok(Groups {
        direct: found
            .iter()
            .filter(|(_, direct)| *direct)
            .map(|(group, _)| object(group))
            .collect(),
        all: found.iter().map(|(group, _)| object(group)).collect(),
    })
}

fn application_object(client: &Client) -> ApplicationObject {
    let application = &client.application;
    ApplicationObject {
        uuid: application.id.clone(),
        name: application.name.clone(),
        slug: application.slug.clone(),
        group: application.group.clone(),
        launch_url: application.launch_url.clone().unwrap_or_default(),
        description: application.description.clone(),
    }
}

fn provider_object(client: &Client) -> ProviderObject {
    let application = &client.application;
    // The names of the interface: what an expression compares them with.
    let word = |value: serde_json::Result<Value>| match value {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    };
    ProviderObject {
        name: application.name.clone(),
        client_id: application.client_id.clone(),
        client_type: match application.client_type {
            ClientType::Confidential => "confidential",
            ClientType::Public => "public",
        }
        .to_owned(),
        redirect_uris: application
            .redirect_uris
            .iter()
            .map(|entry| RedirectUriObject {
                matching_mode: if entry.matching_mode == MatchingMode::Strict {
                    "strict"
                } else {
                    "regex"
                }
                .to_owned(),
                url: entry.url.clone(),
            })
            .collect(),
        grant_types: application
            .grant_types
            .iter()
            .map(|grant| grant.as_str().to_owned())
            .collect(),
        sub_mode: word(serde_json::to_value(application.sub_mode)),
        issuer_mode: word(serde_json::to_value(application.issuer_mode)),
        include_claims_in_id_token: application.include_claims_in_id_token,
        access_code_validity: application.access_code_validity.to_string(),
        access_token_validity: application.access_token_validity.to_string(),
        refresh_token_validity: word(serde_json::to_value(application.refresh_token_validity)),
    }
}
