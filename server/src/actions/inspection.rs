//! What a pasted token is and whether it counts, for whoever runs the server. Nothing is written, and nothing of the token is
//! kept or logged.

use protocol::id::hash_secret;
use protocol::inspection::{Finding, Inspection, Pasted, Record, inspect, trim};
use serde::Serialize;
use serde_json::{Map, Value};
use store::StoreError;
use utoipa::ToSchema;

use super::outcome::{ActionError, FieldError};
use super::times::rfc3339;
use crate::app::App;
use crate::clients::By;

/// The longest value that is looked at: what an encrypted token may have.
const LONGEST: usize = protocol::jose::MAX_TOKEN_BYTES * 4;

/// One check.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenFinding)]
pub struct FindingView {
    /// Stable code, such as `signature_of_key`, `expired`, `replaced`, `family_revoked`.
    pub code: &'static str,
    /// `fine`, `notice`, or `problem`: because of this the token does not count.
    pub severity: &'static str,
    /// One sentence.
    pub message: &'static str,
    /// The value it is about: a key id, an issuer, a name.
    pub value: Option<String>,
    /// The moment it is about.
    #[schema(format = DateTime)]
    pub at: Option<String>,
}

/// What is said of a token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenInspection)]
pub struct InspectionView {
    /// `access_token`, `refresh_token`, `authorization_code`, `id_token`, `logout_token`, `api_token`, `jwt` or `unknown`.
    pub kind: &'static str,
    /// Whether it counts now.
    pub active: bool,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// The header of a JWT.
    #[schema(value_type = Option<Object>)]
    pub header: Option<Map<String, Value>>,
    /// The claims of a JWT.
    #[schema(value_type = Option<Object>)]
    pub claims: Option<Map<String, Value>>,
    /// Every check, in order.
    pub findings: Vec<FindingView>,
    /// Id of the authorization that it belongs to.
    pub grant: Option<String>,
    /// Id of the application that got it, or that it names.
    pub application: Option<String>,
    /// Id of the user whom it speaks of.
    pub user: Option<String>,
    /// What it may be used for.
    pub scopes: Vec<String>,
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self {
            code: finding.what.code(),
            severity: finding.what.severity().as_str(),
            message: finding.what.sentence(),
            value: finding.value,
            at: finding.at.map(rfc3339),
        }
    }
}

/// What our records say of the value, and what hangs on it.
#[derive(Default)]
struct Known {
    access: Option<protocol::bearer::FoundAccessToken>,
    refresh: Option<protocol::introspection::FoundRefreshToken>,
    code: Option<protocol::grants::Found>,
    api: Option<store::api_tokens::ApiToken>,
}

impl Known {
    async fn load(app: &App, value: &str) -> Result<Self, StoreError> {
        let (hash, now) = (hash_secret(value), app.now());
        let access = app.store.load_access_token(&hash, now).await?;
        if access.is_some() {
            return Ok(Self {
                access,
                ..Self::default()
            });
        }
        if let Some((found, _)) = app.store.load_refresh_token(&hash, now).await? {
            let refresh = Some(found);
            return Ok(Self {
                refresh,
                ..Self::default()
            });
        }
        let code = app.store.load_code(&hash, now).await?;
        if code.code.is_some() {
            return Ok(Self {
                code: Some(code),
                ..Self::default()
            });
        }
        let api = app.store.load_api_token_by_hash(&hash).await?;
        Ok(Self { api, ..Self::default() })
    }

    fn record(&self) -> Record<'_> {
        if let Some(found) = &self.access {
            Record::Access(found)
        } else if let Some(found) = &self.refresh {
            Record::Refresh(found)
        } else if let Some(found) = &self.code {
            Record::Code(found)
        } else if let Some(token) = &self.api {
            Record::Api(token.expires_at)
        } else {
            Record::None
        }
    }

    fn grant(&self) -> Option<&protocol::records::Grant> {
        let access = self.access.as_ref().map(|found| &found.grant);
        let refresh = self.refresh.as_ref().map(|found| &found.grant);
        let code = self.code.as_ref().and_then(|found| found.grant.as_ref());
        access.or(refresh).or(code)
    }

    fn scopes(&self) -> Vec<String> {
        let access = self.access.as_ref().map(|found| &found.token.scopes);
        let refresh = self.refresh.as_ref().map(|found| &found.token.scopes);
        let code = self
            .code
            .as_ref()
            .and_then(|found| found.grant.as_ref().map(|grant| &grant.scopes));
        let api = self.api.as_ref().map(|token| &token.permissions);
        access.or(refresh).or(code).or(api).cloned().unwrap_or_default()
    }
}

/// Inspects a token.
///
/// # Errors
/// [`ActionError::Invalid`] for an empty or far too long value, or the store's.
pub async fn inspect_token(app: &App, text: &str) -> Result<InspectionView, ActionError> {
    let value = trim(text);
    if value.is_empty() {
        return Err(ActionError::field(FieldError::required("token")));
    }
    if value.len() > LONGEST {
        let message = "This is too long for a token.";
        return Err(ActionError::field(FieldError::new("token", "too_long", message)));
    }
    let known = Known::load(app, value).await?;
    let snapshot = app.snapshot();
    let pasted = Pasted::read(&snapshot.ours, value);
    let grant = known.grant();
    let entry = match (grant, pasted.client_id()) {
        (Some(grant), _) => app.client(By::Id(&grant.application_id)).await?,
        (None, Some(client_id)) => app.client(By::ClientId(client_id)).await?,
        (None, None) => None,
    };
    let client = entry.as_ref().map(|entry| &entry.client);
    let Inspection {
        kind,
        active,
        encrypted,
        header,
        claims,
        findings,
    } = inspect(
        app.now(),
        &app.public_url,
        &snapshot.ours,
        &pasted,
        &known.record(),
        client,
    );
    let user_of_api = known.api.as_ref().and_then(|token| token.user.clone());
    Ok(InspectionView {
        kind,
        active,
        encrypted,
        header,
        claims,
        findings: findings.into_iter().map(FindingView::from).collect(),
        grant: grant.map(|grant| grant.id.clone()),
        application: client.map(|client| client.application.id.clone()),
        user: grant.map(|grant| grant.user_id.clone()).or(user_of_api),
        scopes: known.scopes(),
    })
}
