//! Authorization requests that wait for a person.

use protocol::authorize::Pending;
use protocol::records::PendingRequest;
use protocol::time::Time;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::Val;

crate::statements! {
    INSERT = "INSERT INTO pending_requests (id, browser, application_id, body, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    UPDATE = "UPDATE pending_requests SET body = $2 WHERE id = $1";
    FINISH = "DELETE FROM pending_requests WHERE id = $1";
    LOAD = "SELECT browser, application_id, body, created_at, expires_at FROM pending_requests WHERE id = $1";
}

pub(crate) fn insert(request: PendingRequest) -> Result<Stmt, StoreError> {
    Ok(INSERT.with(vec![
        Val::from(request.id),
        Val::from(request.browser),
        Val::from(request.application_id),
        Val::from(serde_json::to_string(&request.state)?),
        time(request.created_at),
        time(request.expires_at),
    ]))
}

pub(crate) fn update(id: String, state: &Pending) -> Result<Stmt, StoreError> {
    Ok(UPDATE.guarded(vec![Val::from(id), Val::from(serde_json::to_string(state)?)], 1))
}

pub(crate) fn finish(id: String) -> Stmt {
    FINISH.guarded(vec![Val::from(id)], 1)
}

impl Store {
    /// The waiting request of a transaction, whether it has expired or not.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_pending(&self, id: &str) -> Result<Option<PendingRequest>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], |row| {
            Ok(PendingRequest {
                id: id.to_owned(),
                browser: row.array(0)?,
                application_id: row.text(1)?.to_owned(),
                state: serde_json::from_str(row.text(2)?)?,
                created_at: Time(row.int(3)?),
                expires_at: Time(row.int(4)?),
            })
        })
        .await
    }
}
