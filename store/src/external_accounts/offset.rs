//! Lists of external accounts by offset, with their whole number, as authn.sh's interface asks for them.

use protocol::upstream::ExternalAccount;

use super::read_account;
use crate::store::{Store, StoreError};
use crate::value::{Row, Val};

crate::statements! {
    PAGE = concat!("SELECT ", columns!(), " FROM external_accounts e ORDER BY e.id LIMIT $1 OFFSET $2");
    COUNT = "SELECT COUNT(*) FROM external_accounts";
    PAGE_OF_SOURCE = concat!(
        "SELECT ",
        columns!(),
        " FROM external_accounts e WHERE e.source_id = $3 ORDER BY e.id LIMIT $1 OFFSET $2"
    );
    COUNT_OF_SOURCE = "SELECT COUNT(*) FROM external_accounts WHERE source_id = $1";
    PAGE_OF_USER = concat!(
        "SELECT ",
        columns!(),
        " FROM external_accounts e WHERE e.user_id = $3 ORDER BY e.id LIMIT $1 OFFSET $2"
    );
    COUNT_OF_USER = "SELECT COUNT(*) FROM external_accounts WHERE user_id = $1";
    PAGE_OF_BOTH = concat!(
        "SELECT ",
        columns!(),
        " FROM external_accounts e WHERE e.user_id = $3 AND e.source_id = $4 ORDER BY e.id LIMIT $1 OFFSET $2"
    );
    COUNT_OF_BOTH = "SELECT COUNT(*) FROM external_accounts WHERE user_id = $1 AND source_id = $2";
}

/// Which external accounts, and which part of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct OffsetQuery<'a> {
    /// Those of this user.
    pub user_id: Option<&'a str>,
    /// Those of this source.
    pub source_id: Option<&'a str>,
    /// At most this many.
    pub limit: u32,
    /// How many are left out at the beginning.
    pub offset: u32,
}

impl Store {
    /// A part of the external accounts in the order of their making, and how many there are altogether.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_external_accounts_at(
        &self,
        query: OffsetQuery<'_>,
    ) -> Result<(Vec<ExternalAccount>, i64), StoreError> {
        let (page, count) = match (query.user_id, query.source_id) {
            (None, None) => (&PAGE, &COUNT),
            (None, Some(_)) => (&PAGE_OF_SOURCE, &COUNT_OF_SOURCE),
            (Some(_), None) => (&PAGE_OF_USER, &COUNT_OF_USER),
            (Some(_), Some(_)) => (&PAGE_OF_BOTH, &COUNT_OF_BOTH),
        };
        let given = [query.user_id, query.source_id];
        let filters: Vec<Val> = given.into_iter().flatten().map(Val::from).collect();
        let total = self
            .first(count, &filters, |row: &Row| Ok(row.int(0)?))
            .await?
            .unwrap_or_default();
        let place = [Val::from(i64::from(query.limit)), Val::from(i64::from(query.offset))];
        let args: Vec<Val> = place.into_iter().chain(filters).collect();
        let rows = self.rows(page, &args).await?;
        let accounts = rows.iter().map(read_account).collect::<Result<_, _>>()?;
        Ok((accounts, total))
    }
}
