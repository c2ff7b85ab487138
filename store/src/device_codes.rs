//! Device codes (RFC 8628). Neither code is stored: the device code as its hash, the user code as a keyed one.

use protocol::device::DeviceCode;
use protocol::grants::Found;
use protocol::id::SecretHash;
use protocol::time::Time;

use crate::grants::read_family;
use crate::statement::Stmt;
use crate::store::{Store, StoreError, join, opt_time, split, time};
use crate::value::{Row, Val};

macro_rules! columns {
    () => {
        "d.hash, d.user_code, d.transaction_id, d.application_id, d.scopes, d.client_address, d.created_at, d.expires_at, \
         d.poll_interval, d.polled_at, d.grant_id, d.denied_at, d.used_at"
    };
}

/// How many columns that is.
const WIDTH: usize = 13;

crate::statements! {
    INSERT = "INSERT INTO device_codes (hash, user_code, transaction_id, application_id, scopes, client_address, \
        created_at, expires_at, poll_interval, polled_at, grant_id, denied_at, used_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    NOTE_POLL = "UPDATE device_codes SET polled_at = $2, \
        poll_interval = CASE WHEN poll_interval < $3 THEN $3 ELSE poll_interval END WHERE hash = $1";
    APPROVE = "UPDATE device_codes SET grant_id = $2 \
        WHERE hash = $1 AND grant_id IS NULL AND denied_at IS NULL AND expires_at > $3";
    DENY = "UPDATE device_codes SET denied_at = $2 \
        WHERE hash = $1 AND grant_id IS NULL AND denied_at IS NULL AND expires_at > $2";
    USE = "UPDATE device_codes SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND grant_id IS NOT NULL";
    LOAD = concat!(
        "SELECT ",
        columns!(),
        ", g.id, g.user_id, g.application_id, g.session_id, g.transaction_id, g.kind, g.scopes, g.body, \
        g.issued_at, g.expires_at, g.revoked_at, s.ended_at, s.expires_at, \
        u.id, u.number, u.uuid, u.created_at, u.updated_at, u.version, u.username, u.name, u.email, \
        u.email_verified, u.is_active, u.kind, u.is_admin, u.valid_from, u.body \
        FROM device_codes d LEFT JOIN grants g ON g.id = d.grant_id LEFT JOIN browser_sessions s ON s.id = g.session_id \
        LEFT JOIN users u ON u.id = g.user_id WHERE d.hash = $1"
    );
    LOAD_BY_USER_CODE = concat!("SELECT ", columns!(), " FROM device_codes d WHERE d.user_code = $1");
}

pub(crate) fn insert(device: DeviceCode) -> Stmt {
    INSERT.with(vec![
        Val::from(device.hash),
        Val::from(device.user_code),
        Val::from(device.transaction_id),
        Val::from(device.application_id),
        join(&device.scopes),
        Val::from(device.client_address),
        time(device.created_at),
        time(device.expires_at),
        Val::from(device.interval),
        opt_time(device.polled_at),
        Val::from(device.grant_id),
        opt_time(device.denied_at),
        opt_time(device.used_at),
    ])
}

pub(crate) fn note_poll(hash: SecretHash, at: Time, interval: i64) -> Stmt {
    NOTE_POLL.with(vec![Val::from(hash), time(at), Val::from(interval)])
}

pub(crate) fn approve(hash: SecretHash, grant_id: String, at: Time) -> Stmt {
    APPROVE.guarded(vec![Val::from(hash), Val::from(grant_id), time(at)], 1)
}

pub(crate) fn deny(hash: SecretHash, at: Time) -> Stmt {
    DENY.guarded(vec![Val::from(hash), time(at)], 1)
}

pub(crate) fn mark_used(hash: SecretHash, at: Time) -> Stmt {
    USE.guarded(vec![Val::from(hash), time(at)], 1)
}

fn read(row: &Row) -> Result<DeviceCode, StoreError> {
    Ok(DeviceCode {
        hash: row.array(0)?,
        user_code: row.array(1)?,
        transaction_id: row.text(2)?.to_owned(),
        application_id: row.text(3)?.to_owned(),
        scopes: split(row.text(4)?),
        client_address: row.opt_text(5)?.map(str::to_owned),
        created_at: Time(row.int(6)?),
        expires_at: Time(row.int(7)?),
        interval: row.int(8)?,
        polled_at: row.opt_int(9)?.map(Time),
        grant_id: row.opt_text(10)?.map(str::to_owned),
        denied_at: row.opt_int(11)?.map(Time),
        used_at: row.opt_int(12)?.map(Time),
    })
}

impl Store {
    /// The device code of `hash`, with the grant and its subject when a person has allowed it. Groups are not loaded.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_device_code(&self, hash: &SecretHash, now: Time) -> Result<Found, StoreError> {
        let found = self
            .first(&LOAD, &[Val::from(*hash)], |row| {
                let mut found = Found {
                    device_code: Some(read(row)?),
                    ..Found::default()
                };
                if row.opt_text(WIDTH)?.is_some() {
                    let family = read_family(row, WIDTH)?;
                    found.session_alive = family.session_alive(family.grant.session_id.as_deref(), now);
                    found.grant = Some(family.grant);
                    found.subject = family.subject;
                }
                Ok(found)
            })
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// The device code that a person names by its user code, answered or not, expired or not.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_device_code_by_user_code(&self, hash: &SecretHash) -> Result<Option<DeviceCode>, StoreError> {
        self.first(&LOAD_BY_USER_CODE, &[Val::from(*hash)], read).await
    }
}
