//! The device code grant (RFC 8628, section 3.4): a device asks whether the person has answered.
//!
//! A device code gives tokens once, to the client it was issued to. A second use revokes what the first one gave, as for
//! authorization codes: a device that got its tokens does not ask again, so somebody else has the code.

use std::borrow::Cow;

use super::{Decided, Denied, Found, Lookup, Renewal, TokenRequest, reused, still_offered};
use crate::client::GrantType;
use crate::device::{DeviceCode, INTERVAL};
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::hash_secret;
use crate::params::Params;
use crate::refusal::Refusal;
use crate::scope;
use crate::time::SECOND;
use crate::writes::Write;

/// How much earlier than agreed a poll may arrive: networks do not keep time.
const LEEWAY: i64 = SECOND / 2;

pub(super) fn lookup(params: &Params) -> Result<Lookup, OAuthError> {
    params
        .get("device_code")
        .map(|code| Lookup::DeviceCode(hash_secret(code)))
        .ok_or_else(|| Refusal::DeviceCodeMissing.into())
}

pub(super) fn decide<'a>(env: &Env<'_>, request: &TokenRequest<'_>, found: &'a Found) -> Result<Decided<'a>, Denied> {
    let Some(device) = &found.device_code else {
        return Err(Refusal::DeviceCodeUnknown.into());
    };
    let application = &request.client.application;
    if device.application_id != application.id {
        return Err(Refusal::DeviceCodeOfAnotherClient.into());
    }
    if device.used_at.is_some() {
        return Err(reused(env, request, found.grant.as_ref(), Refusal::DeviceCodeReused));
    }
    if device.denied_at.is_some() {
        return Err(Refusal::DeviceCodeDenied.into());
    }
    if env.now >= device.expires_at {
        return Err(Refusal::DeviceCodeExpired.into());
    }
    if device.grant_id.is_none() {
        return Err(not_yet(env, device));
    }
    let grant = found.grant.as_ref().ok_or(Refusal::GrantRevoked)?;
    if grant.revoked_at.is_some() {
        return Err(Refusal::GrantRevoked.into());
    }
    let scopes = still_offered(request, grant, &grant.scopes);
    let offline = scope::contains(&scopes, "offline_access") && application.allows(GrantType::RefreshToken);
    Ok(Decided {
        grant: Cow::Borrowed(grant),
        subject: found.subject.as_ref(),
        session: found.session_alive,
        nonce: false,
        refresh: if offline {
            Renewal::Issue(scopes.clone())
        } else {
            Renewal::None
        },
        id_token: scope::contains(&scopes, "openid"),
        // They were asked when the person allowed the device.
        policies: None,
        scopes,
        writes: vec![Write::UseDeviceCode {
            hash: device.hash,
            at: env.now,
        }],
    })
}

/// Nobody has answered. A device that asks too often has to leave five seconds more between this and all later polls
/// (RFC 8628, section 3.5).
fn not_yet(env: &Env<'_>, device: &DeviceCode) -> Denied {
    let wait = device.interval.saturating_mul(SECOND) - LEEWAY;
    let hurried = device.polled_at.is_some_and(|last| env.now.since(last) < wait);
    let (refusal, interval) = if hurried {
        (Refusal::DeviceSlowDown, device.interval.saturating_add(INTERVAL))
    } else {
        (Refusal::DeviceCodePending, device.interval)
    };
    Denied {
        error: OAuthError::new(refusal).expected(interval.to_string()),
        writes: vec![Write::NoteDevicePoll {
            hash: device.hash,
            at: env.now,
            interval,
        }],
    }
}
