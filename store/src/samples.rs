//! Samples of sources: what a source once said, sealed together with what came of it.

use protocol::env::Entropy;
use protocol::time::Time;
use zeroize::Zeroizing;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::Val;

crate::statements! {
    INSERT = "INSERT INTO source_samples (id, source_id, name, sealed, created_at) \
        SELECT $1, s.id, $3, $4, $5 FROM sources s WHERE s.id = $2 \
        AND (SELECT COUNT(*) FROM source_samples o WHERE o.source_id = $2) < $6";
    LOAD_OF_SOURCE = "SELECT id, name, sealed, created_at FROM source_samples WHERE source_id = $1 ORDER BY id LIMIT $2";
    REWRITE = "UPDATE source_samples SET sealed = $3 WHERE id = $1 AND source_id = $2";
    DELETE = "DELETE FROM source_samples WHERE id = $1 AND source_id = $2";
    DELETE_OF_SOURCE = "DELETE FROM source_samples WHERE source_id = $1";
}

const PURPOSE: &str = "sample";
/// The most samples of one source.
pub const MOST_SAMPLES: i64 = 50;

/// Something that a source once said.
#[derive(Clone, Debug)]
pub struct StoredSample {
    /// `smp_` and a ULID.
    pub id: String,
    /// The source.
    pub source_id: String,
    /// What administrators call it.
    pub name: String,
    /// What was said and what came of it; sealed at rest, because it describes a person.
    pub body: Zeroizing<Vec<u8>>,
    /// When it was kept.
    pub created_at: Time,
}

impl Store {
    /// The statement that keeps a sample. Holds only while its source exists and has fewer than [`MOST_SAMPLES`].
    ///
    /// # Errors
    /// When its body can not be sealed.
    pub fn create_sample(&self, sample: &StoredSample, random: &dyn Entropy) -> Result<Stmt, StoreError> {
        let args = vec![
            Val::from(sample.id.as_str()),
            Val::from(sample.source_id.as_str()),
            Val::from(sample.name.as_str()),
            Val::from(self.seal_bytes(PURPOSE, &sample.body, random)?),
            time(sample.created_at),
            Val::from(MOST_SAMPLES),
        ];
        Ok(INSERT.guarded(args, 1))
    }

    /// The samples of a source, the oldest first.
    ///
    /// # Errors
    /// When the database is unavailable or a row can not be opened.
    pub async fn load_samples(&self, source_id: &str) -> Result<Vec<StoredSample>, StoreError> {
        let rows = self
            .rows(&LOAD_OF_SOURCE, &[Val::from(source_id), Val::from(MOST_SAMPLES)])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(StoredSample {
                    id: row.text(0)?.to_owned(),
                    source_id: source_id.to_owned(),
                    name: row.text(1)?.to_owned(),
                    body: self.open_bytes(PURPOSE, row.text(2)?)?,
                    created_at: Time(row.int(3)?),
                })
            })
            .collect()
    }

    /// The statement that keeps another body of a sample. Holds only while the sample exists.
    ///
    /// # Errors
    /// When the body can not be sealed.
    pub fn rewrite_sample(
        &self,
        source_id: &str,
        id: &str,
        body: &[u8],
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        let sealed = self.seal_bytes(PURPOSE, body, random)?;
        Ok(REWRITE.guarded(vec![Val::from(id), Val::from(source_id), Val::from(sealed)], 1))
    }

    /// The statement that deletes a sample of a source. Holds only while it exists.
    #[must_use]
    pub fn delete_sample(&self, source_id: &str, id: &str) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(source_id)], 1)
    }

    /// The statement that deletes all samples of a source.
    #[must_use]
    pub fn delete_samples_of_source(&self, source_id: &str) -> Stmt {
        DELETE_OF_SOURCE.with(vec![Val::from(source_id)])
    }
}
