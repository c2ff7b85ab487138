-- Machine grants: which account an application acts as, app passwords, and when an older client secret goes.

CREATE TABLE service_accounts (
    application_id TEXT PRIMARY KEY REFERENCES applications (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX service_accounts_user ON service_accounts (user_id);
INSERT INTO service_accounts (application_id, user_id)
    SELECT a.id, u.id FROM grants g JOIN applications a ON a.id = g.machine_of JOIN users u ON u.id = g.user_id;

CREATE TABLE app_passwords (
    id TEXT PRIMARY KEY,
    hash BYTEA NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    name TEXT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX app_passwords_hash_key ON app_passwords (hash);
CREATE INDEX app_passwords_user ON app_passwords (user_id);
CREATE INDEX app_passwords_expires ON app_passwords (expires_at);

-- The earliest moment at which one of its client secrets has to go; null: nothing is due.
ALTER TABLE applications ADD COLUMN secret_due_at BIGINT;
CREATE INDEX applications_secret_due ON applications (secret_due_at);
