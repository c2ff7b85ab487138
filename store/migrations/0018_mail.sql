-- Mail that waits to be sent, the links that it carries, invitations, and what people look up of their own audit log.

CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    -- message: ready to be sent. Others name what is to become one: who gets what is decided away from the request.
    kind TEXT NOT NULL,
    -- Whom it is about; null: nobody that is known.
    user_id TEXT,
    -- Recipient, words and links, sealed.
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- From then on it is of no use.
    expires_at BIGINT NOT NULL,
    -- When it is tried next; while a node tries it, when another one may.
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT
);
CREATE INDEX mails_due ON mails (due_at);

-- Each works once, for one purpose, one account and one address.
CREATE TABLE mail_links (
    hash BYTEA PRIMARY KEY,
    -- recovery, verify_email, sign_up.
    purpose TEXT NOT NULL,
    -- null: of an account that is still to be made.
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX mail_links_user ON mail_links (user_id, purpose);
CREATE INDEX mail_links_address ON mail_links (address_key, purpose);
CREATE INDEX mail_links_expires ON mail_links (expires_at);

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- The address that it was sent to; null: whoever holds the link.
    email TEXT,
    -- Whether the link went to the address and to nobody else.
    mailed BIGINT NOT NULL,
    -- Ids, separated by spaces.
    group_ids TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    user_id TEXT
);
CREATE UNIQUE INDEX invitations_hash_key ON invitations (hash);

-- Tokens of programs are most of the log and nothing that a person looks up.
CREATE INDEX events_actor ON events (actor, id) WHERE action <> 'token_issued';
CREATE INDEX events_target ON events (target, id) WHERE action <> 'token_issued';
