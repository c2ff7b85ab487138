-- What a source once said, kept with what came of it, to be checked before a mapping changes.

CREATE TABLE source_samples (
    id TEXT PRIMARY KEY,
    source_id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- What the source said and what came of it: personal data.
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX source_samples_source ON source_samples (source_id, id);
