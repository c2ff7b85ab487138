-- The recorder: one row for each transaction, and one for each request that added steps to it.
CREATE TABLE transactions (
    id TEXT PRIMARY KEY,
    case_number TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    code TEXT,
    application_id TEXT,
    user_id TEXT,
    source TEXT,
    client_address TEXT,
    started_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX transactions_started_at ON transactions (started_at, id);
CREATE INDEX transactions_case_number ON transactions (case_number);
CREATE INDEX transactions_code ON transactions (code);
CREATE INDEX transactions_application_id ON transactions (application_id);
CREATE INDEX transactions_user_id ON transactions (user_id);
CREATE TABLE transaction_steps (
    id TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX transaction_steps_transaction_id ON transaction_steps (transaction_id, place);
