-- Why an application has not heard yet: for administrators.

ALTER TABLE logout_notices ADD COLUMN last_error TEXT;
