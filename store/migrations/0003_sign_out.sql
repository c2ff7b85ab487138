-- Which applications got tokens in a browser session, and what they have still to hear of its end.

CREATE TABLE session_parties (
    session_id TEXT NOT NULL REFERENCES browser_sessions (id) ON DELETE CASCADE,
    application_id TEXT NOT NULL,
    -- The session as the application knows it: of an earlier one of the same person when they proved anew who they are.
    sid TEXT NOT NULL,
    -- The subject as the application knows it.
    sub TEXT NOT NULL,
    PRIMARY KEY (session_id, application_id, sid)
);

-- A row is there until its application has heard it, or until it is given up.
CREATE TABLE logout_notices (
    application_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    sub TEXT NOT NULL,
    session_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- When it is tried next; while a node tries it, when another one may.
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    PRIMARY KEY (application_id, sid)
);
CREATE INDEX logout_notices_due ON logout_notices (due_at);
