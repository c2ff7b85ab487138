-- Second factors and passkeys, and what stands between a challenge and its answer.

CREATE TABLE factors (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- passkey, totp or recovery_codes
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- SHA-256 of the id of a passkey.
    credential BYTEA,
    -- The secret of an authenticator app, or the key and the state of a passkey.
    sealed TEXT,
    -- What only grows: the last step whose code was taken, or the signature counter of a passkey.
    counter BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX factors_credential_key ON factors (credential);
CREATE INDEX factors_user ON factors (user_id);

CREATE TABLE recovery_codes (
    factor_id TEXT NOT NULL REFERENCES factors (id) ON DELETE CASCADE,
    hash BYTEA NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (factor_id, hash)
);

-- What one browser was asked and has to answer once and soon: the other half of a sign-in, a challenge for a passkey, the
-- first code of a new authenticator app.
CREATE TABLE challenges (
    id TEXT PRIMARY KEY,
    browser BYTEA NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenges_expires ON challenges (expires_at);
CREATE INDEX challenges_user ON challenges (user_id);
