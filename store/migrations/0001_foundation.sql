-- The foundation: applications, people, keys, authorizations and what hangs under them.
--
-- Times are microseconds since 1970 (BIGINT), booleans 0 or 1, lists of scopes are separated by single spaces, `body`
-- is JSON whose unknown members are kept in peace by older programs. Secrets are sealed, tokens are hashes.

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('user', 0);
INSERT INTO counters (name, value) VALUES ('group', 0);

-- Secrets of the installation itself: the salt of hashed subjects, the key behind form tokens, the key of cursors.
CREATE TABLE installation_secrets (
    name TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE applications (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    client_id TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    signing_key TEXT,
    secrets TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX applications_slug_key ON applications (slug);
CREATE UNIQUE INDEX applications_client_id_key ON applications (client_id);
CREATE INDEX applications_name ON applications (name, id);

CREATE TABLE scope_mappings (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    description TEXT NOT NULL,
    managed TEXT
);
CREATE UNIQUE INDEX scope_mappings_managed_key ON scope_mappings (managed);

CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    key_use TEXT NOT NULL,
    alg TEXT NOT NULL,
    kid TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    retired_at BIGINT
);
CREATE UNIQUE INDEX signing_keys_kid_key ON signing_keys (kid);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    uuid TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    email_verified BIGINT NOT NULL,
    is_active BIGINT NOT NULL,
    kind TEXT NOT NULL,
    is_admin BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    password_hash TEXT,
    password_changed_at BIGINT,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX users_number_key ON users (number);
CREATE UNIQUE INDEX users_uuid_key ON users (uuid);
CREATE UNIQUE INDEX users_username_key_key ON users (username_key);
CREATE INDEX users_email_key ON users (email_key);

CREATE TABLE user_groups (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    uuid TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    is_admin BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX user_groups_number_key ON user_groups (number);
CREATE UNIQUE INDEX user_groups_uuid_key ON user_groups (uuid);
CREATE UNIQUE INDEX user_groups_name_key ON user_groups (name);

CREATE TABLE group_parents (
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    parent_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, parent_id)
);
CREATE INDEX group_parents_parent ON group_parents (parent_id);

CREATE TABLE group_members (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
);
CREATE INDEX group_members_group ON group_members (group_id);

CREATE TABLE browser_sessions (
    id TEXT PRIMARY KEY,
    hash BYTEA NOT NULL,
    user_id TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    amr TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    client_address TEXT,
    user_agent TEXT
);
CREATE UNIQUE INDEX browser_sessions_hash_key ON browser_sessions (hash);
CREATE INDEX browser_sessions_user ON browser_sessions (user_id);
CREATE INDEX browser_sessions_expires ON browser_sessions (expires_at);

CREATE TABLE pending_requests (
    id TEXT PRIMARY KEY,
    browser BYTEA NOT NULL,
    application_id TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX pending_requests_expires ON pending_requests (expires_at);

CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    claims TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE UNIQUE INDEX consents_user_id_key ON consents (user_id, application_id);
CREATE INDEX consents_expires ON consents (expires_at);

-- The head of a family: codes, access tokens and refresh tokens belong to one authorization.
CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    session_id TEXT,
    transaction_id TEXT,
    kind TEXT NOT NULL,
    -- The id of the application while this is its standing grant for machine tokens: at most one.
    machine_of TEXT,
    scopes TEXT NOT NULL,
    body TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX grants_machine_of_key ON grants (machine_of);
CREATE INDEX grants_user ON grants (user_id);
CREATE INDEX grants_application ON grants (application_id);
CREATE INDEX grants_expires ON grants (expires_at);

CREATE TABLE codes (
    hash BYTEA PRIMARY KEY,
    grant_id TEXT NOT NULL,
    body TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX codes_expires ON codes (expires_at);

CREATE TABLE access_tokens (
    hash BYTEA PRIMARY KEY,
    grant_id TEXT NOT NULL,
    session_id TEXT,
    scopes TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX access_tokens_expires ON access_tokens (expires_at);

CREATE TABLE refresh_tokens (
    hash BYTEA PRIMARY KEY,
    grant_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at);

-- Failed sign-ins of one account (`account:<key>`) or one address (`address:<ip>`) in the running window.
CREATE TABLE sign_in_failures (
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_expires ON sign_in_failures (expires_at);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT,
    permissions TEXT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX api_tokens_hash_key ON api_tokens (hash);
CREATE INDEX api_tokens_user ON api_tokens (user_id);

-- The link that makes the first administrator: a hash, used once.
CREATE TABLE setup_links (
    hash BYTEA PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    action TEXT NOT NULL,
    actor TEXT,
    target TEXT,
    client_address TEXT,
    body TEXT NOT NULL,
    at BIGINT NOT NULL
);
