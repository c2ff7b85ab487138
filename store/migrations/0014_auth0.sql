-- Through which external account a browser session began: the subject of what is issued in it, in Auth0's dialect.

ALTER TABLE browser_sessions ADD COLUMN external_account TEXT;

-- How often and from where somebody came in through an external account.

ALTER TABLE external_accounts ADD COLUMN sign_ins BIGINT NOT NULL DEFAULT 0;
ALTER TABLE external_accounts ADD COLUMN last_address TEXT;
