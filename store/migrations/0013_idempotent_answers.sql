-- Answers to requests that carried an Idempotency-Key, given again when the request comes again.

CREATE TABLE idempotent_answers (
    -- Of the caller, the call and the key.
    hash BYTEA PRIMARY KEY,
    -- Authenticates what was asked.
    request BYTEA NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX idempotent_answers_expires ON idempotent_answers (expires_at);
