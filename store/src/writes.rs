//! The writes of the protocol core as guarded statements.
//!
//! A decision names what it wants written and on what condition; here each becomes one text with its guard.

use protocol::writes::Write;

use crate::statement::{Batch, Stmt};
use crate::store::{Store, StoreError};
use crate::{app_passwords, consents, device_codes, events, grants, parties, pending, sessions};

/// Adds the statements of one protocol write.
fn push(write: Write, statements: &mut Vec<Stmt>) -> Result<(), StoreError> {
    let statement = match write {
        Write::CreateGrant(grant) => grants::insert_grant(&grant)?,
        Write::ExtendGrant { id, expires_at } => grants::extend(id, expires_at),
        Write::RevokeGrant { id, at } => grants::revoke(id, at),
        Write::CreateCode(code) => grants::insert_code(&code)?,
        Write::UseCode { hash, at } => grants::use_code(hash, at),
        Write::CreateAccessToken(token) => grants::insert_access_token(*token),
        Write::RevokeAccessToken { hash, at } => grants::revoke_access_token(hash, at),
        Write::CreateRefreshToken(token) => grants::insert_refresh_token(*token),
        Write::UseRefreshToken { hash, at } => grants::use_refresh_token(hash, at),
        Write::CreateSession(session) => sessions::insert(*session),
        Write::TouchSession { id, at } => sessions::touch(id, at),
        Write::RecordParty {
            session_id,
            application_id,
            sub,
            issuer,
        } => {
            statements.extend(parties::record(&session_id, application_id, sub, issuer));
            return Ok(());
        }
        Write::EndSession { id, at } => {
            statements.extend(sessions::end(&id, at));
            return Ok(());
        }
        Write::SaveConsent(consent) => consents::save(*consent),
        Write::CreatePending(request) => pending::insert(*request)?,
        Write::UpdatePending { id, state } => pending::update(id, &state)?,
        Write::FinishPending { id } => pending::finish(id),
        Write::CreateDeviceCode(device) => device_codes::insert(*device),
        Write::NoteDevicePoll { hash, at, interval } => device_codes::note_poll(hash, at, interval),
        Write::ApproveDeviceCode { hash, grant_id, at } => device_codes::approve(hash, grant_id, at),
        Write::DenyDeviceCode { hash, at } => device_codes::deny(hash, at),
        Write::UseDeviceCode { hash, at } => device_codes::mark_used(hash, at),
        Write::TouchAppPassword { id, at } => app_passwords::touch(id, at),
        Write::CreateEvent(event) => events::insert(*event),
    };
    statements.push(statement);
    Ok(())
}

impl Store {
    /// The statements of the writes of a decision, for a batch of several records.
    ///
    /// # Errors
    /// When a record can not be written as JSON.
    pub fn statements_of(&self, writes: Vec<Write>) -> Result<Vec<Stmt>, StoreError> {
        let mut statements = Vec::with_capacity(writes.len());
        for write in writes {
            push(write, &mut statements)?;
        }
        Ok(statements)
    }

    /// Applies the writes of a decision together or not at all.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a condition no longer holds: read again and decide again.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        let statements = self.statements_of(writes)?;
        self.apply(Batch::new(statements)).await
    }
}
