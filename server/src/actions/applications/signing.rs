//! What signs the tokens of an application, a key or its client secret, and by which algorithm; and what encrypts them.

use protocol::client::Application;
use protocol::jose::Algorithm;
use store::signing_keys::KeyState;

use super::fields::ApplicationFields;
use crate::actions::changes::Changes;
use crate::actions::outcome::FieldError;
use crate::keys::Snapshot;

const ALG: &str = "id_token_signed_response_alg";

/// Puts keys and algorithm of a request onto `application`.
///
/// The key says the algorithm. An algorithm that comes without a key chooses one: the active key for it, or the client secret.
/// What stands there in the end must agree.
pub(super) fn apply(
    changes: &Changes<ApplicationFields>,
    application: &mut Application,
    snapshot: &Snapshot,
) -> Vec<FieldError> {
    let fields = &changes.fields;
    let mut errors = Vec::new();
    if let Some(key) = &fields.signing_key {
        application.signing_key = Some(key.clone());
        errors.extend(check_signing_key(key, snapshot));
    } else if changes.resets("signing_key") {
        application.signing_key = None;
    }
    if fields.id_token_signed_response_alg.is_some() || changes.resets(ALG) {
        application.id_token_signed_response_alg = fields.id_token_signed_response_alg;
    }
    if let Some(alg) = fields.id_token_signed_response_alg
        && fields.signing_key.is_none()
        && !changes.resets("signing_key")
        && algorithm_of(application, snapshot) != Some(alg)
    {
        application.signing_key = snapshot.active(alg).map(|key| key.record.id.clone());
        if application.signing_key.is_none() && !alg.is_symmetric() {
            let message = format!("There is no active key for {alg}: make one at `/api/v1/keys` first.");
            errors.push(FieldError::not_found(ALG, message));
            return errors;
        }
    }
    if let Some(key) = &fields.encryption_key {
        application.encryption_key = Some(key.clone());
        errors.extend(check_encryption_key(key, snapshot));
    } else if changes.resets("encryption_key") {
        application.encryption_key = None;
    }
    errors.extend(check_agreement(application, snapshot));
    errors
}

/// The algorithm of the tokens; `None` when the key is not there.
fn algorithm_of(application: &Application, snapshot: &Snapshot) -> Option<Algorithm> {
    match &application.signing_key {
        Some(id) => snapshot.key(id).map(|key| key.key.alg()),
        None => Some(application.secret_algorithm()),
    }
}

fn check_agreement(application: &Application, snapshot: &Snapshot) -> Option<FieldError> {
    let wanted = application.id_token_signed_response_alg?;
    let signs = algorithm_of(application, snapshot)?;
    let by = match &application.signing_key {
        Some(_) => "`signing_key`",
        None => "Without `signing_key` the client secret signs; that",
    };
    (signs != wanted).then(|| {
        let message = format!("{by} is for {signs}, not for {wanted}: change both, or set this field to null.");
        FieldError::invalid(ALG, message)
    })
}

fn check_signing_key(id: &str, snapshot: &Snapshot) -> Option<FieldError> {
    match snapshot.key(id).map(|key| key.record.state) {
        None if snapshot.encrypting_key(id).is_some() => Some(FieldError::invalid(
            "signing_key",
            "This key encrypts and does not sign.",
        )),
        None => Some(FieldError::not_found("signing_key", "There is no key of this id.")),
        Some(KeyState::Active) => None,
        Some(_) => Some(FieldError::invalid("signing_key", "This key is not active.")),
    }
}

fn check_encryption_key(id: &str, snapshot: &Snapshot) -> Option<FieldError> {
    let field = "encryption_key";
    match snapshot.encrypting_key(id).map(|key| key.record.state) {
        None if snapshot.key(id).is_some() => Some(FieldError::invalid(field, "This key signs and does not encrypt.")),
        None => Some(FieldError::not_found(field, "There is no key of this id.")),
        Some(KeyState::Active) => None,
        Some(_) => Some(FieldError::invalid(field, "This key is not active.")),
    }
}

/// Whether the client secret is long enough for what it signs.
pub(super) fn check_secret(application: &Application, secret: &str) -> Option<FieldError> {
    if application.signing_key.is_some() {
        return None;
    }
    let alg = application.secret_algorithm();
    let shortest = alg.shortest_secret()?;
    (secret.len() < shortest).then(|| {
        let message = format!(
            "A client secret that signs tokens with {alg} (`signing_key` null) needs at least {shortest} characters; null \
             makes a new one."
        );
        FieldError::invalid("client_secret", message)
    })
}
