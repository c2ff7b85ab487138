-- Keys from outside, keys that encrypt, and rotation on schedule.
--
-- `enc`: how messages for an encryption key are encrypted. `certificate`: its chain in PEM. `origin`: `generated` here,
-- `imported` with its private half, or `public`: the application's own, of which we have the public half only; then
-- `sealed` is empty. `successor`: the key that is published already and takes this one's place when its time has come.

ALTER TABLE signing_keys ADD COLUMN enc TEXT;
ALTER TABLE signing_keys ADD COLUMN certificate TEXT;
ALTER TABLE signing_keys ADD COLUMN origin TEXT NOT NULL DEFAULT 'generated';
ALTER TABLE signing_keys ADD COLUMN activated_at BIGINT;
ALTER TABLE signing_keys ADD COLUMN successor TEXT;

-- Two applications may call their own keys by the same name; ours have names of their own.
DROP INDEX signing_keys_kid_key;
CREATE UNIQUE INDEX signing_keys_kid_key ON signing_keys (kid) WHERE origin <> 'public';

ALTER TABLE applications ADD COLUMN encryption_key TEXT;
