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
