-- Webhooks: who is told of what happens, what has happened and is not handed out yet, and what each has still to hear.

CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    url TEXT NOT NULL,
    -- Names of events, separated by spaces.
    events TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    disabled_reason TEXT,
    -- The secret that signs, sealed, and the one before it while that signs as well.
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_secret_until BIGINT
);

-- Written in the commit that makes the change, with the record as it was then; gone when every webhook has its delivery.
CREATE TABLE webhook_outbox (
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    type TEXT NOT NULL,
    at BIGINT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (id, subject)
);

CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    -- The body, byte for byte as it is signed and sent.
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- waiting, delivered, failed.
    state TEXT NOT NULL,
    -- When it is tried next; while a node tries it, when another one may; null when it is over.
    due_at BIGINT,
    attempts BIGINT NOT NULL,
    last_attempt_at BIGINT,
    last_status BIGINT,
    last_error TEXT
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, id);
