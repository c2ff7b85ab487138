-- The device authorization grant: what a device asked for, and what a person answered.
--
-- `hash` is the SHA-256 of the device code, `user_code` the keyed hash of what a person types. A row is answered once:
-- `grant_id` or `denied_at`. It stays for a while after it expired, so that a late poll gets the right answer.

CREATE TABLE device_codes (
    hash BYTEA PRIMARY KEY,
    user_code BYTEA NOT NULL,
    transaction_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    client_address TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Seconds that the device has to leave between two polls.
    poll_interval BIGINT NOT NULL,
    polled_at BIGINT,
    grant_id TEXT,
    denied_at BIGINT,
    used_at BIGINT
);
CREATE UNIQUE INDEX device_codes_user_code_key ON device_codes (user_code);
CREATE INDEX device_codes_expires ON device_codes (expires_at);
