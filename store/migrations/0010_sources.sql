-- Sources: other identity providers that people sign in through, who came from there, and what waits for their return.

CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    made TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    -- The client secret and the values of header fields, sealed; null: there are none.
    sealed TEXT,
    body TEXT NOT NULL,
    -- What was read from the source: its keys, and how its discovery document looked when somebody looked last.
    keys TEXT,
    keys_read_at BIGINT,
    looked TEXT,
    looked_at BIGINT
);
CREATE UNIQUE INDEX sources_key_key ON sources (key);

-- Links between identities at sources and users. They outlive their source, so that the log of who came stays readable.
CREATE TABLE external_accounts (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    source_id TEXT NOT NULL,
    source_key TEXT NOT NULL,
    source_name TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider_user_id TEXT NOT NULL,
    -- The source and the identifier there, null when the identifier is empty: an empty one matches nobody.
    identity TEXT,
    email_address TEXT,
    verified BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    public_metadata TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_signed_in_at BIGINT,
    -- The tokens of the source, sealed.
    tokens TEXT,
    tokens_expire_at BIGINT
);
CREATE UNIQUE INDEX external_accounts_identity_key ON external_accounts (identity);
CREATE INDEX external_accounts_user ON external_accounts (user_id);
CREATE INDEX external_accounts_source ON external_accounts (source_id);

-- Sign-ins that wait for a browser to come back from a source, by the hash of their state.
CREATE TABLE source_visits (
    hash BYTEA PRIMARY KEY,
    browser BYTEA NOT NULL,
    source_id TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Nonce, code verifier, temporary credentials.
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX source_visits_expires ON source_visits (expires_at);

-- People who came from a source and still have to say something before they get an account.
CREATE TABLE source_arrivals (
    hash BYTEA PRIMARY KEY,
    browser BYTEA NOT NULL,
    source_id TEXT NOT NULL,
    body TEXT NOT NULL,
    -- What the source said, and its tokens.
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX source_arrivals_expires ON source_arrivals (expires_at);

-- Groups of a source and the groups of ours that they are.
CREATE TABLE source_groups (
    source_id TEXT NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (source_id, identifier)
);
CREATE INDEX source_groups_group ON source_groups (group_id);

CREATE TABLE property_mappings (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    expression TEXT NOT NULL,
    all_sources BIGINT NOT NULL
);
CREATE UNIQUE INDEX property_mappings_name_key ON property_mappings (name);
