-- Service accounts of programs that came with the token of a trusted source: one for an application, a source and a subject
-- there. They outlive application and source until their time is over, so that they are always found and deleted then.

CREATE TABLE source_subjects (
    application_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (application_id, source_id, subject)
);
CREATE INDEX source_subjects_user ON source_subjects (user_id);
CREATE INDEX source_subjects_expires ON source_subjects (expires_at);

-- E-mail addresses of users beside the primary one, which stands in `users`.
CREATE TABLE user_emails (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email_key TEXT NOT NULL,
    address TEXT NOT NULL,
    verified BIGINT NOT NULL,
    PRIMARY KEY (user_id, email_key)
);
CREATE INDEX user_emails_key ON user_emails (email_key);
