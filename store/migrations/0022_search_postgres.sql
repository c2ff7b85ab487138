-- What lists are searched for, by every three letters that follow each other, so that a search does not read the whole table. The
-- extension comes with PostgreSQL and may be added by whoever owns the database; where it is missing, searches read the table.
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX users_search ON users USING gin (lower(username) gin_trgm_ops, lower(name) gin_trgm_ops, lower(email) gin_trgm_ops);
    CREATE INDEX user_groups_search ON user_groups USING gin (lower(name) gin_trgm_ops);
    CREATE INDEX applications_search ON applications USING gin (lower(slug) gin_trgm_ops, lower(name) gin_trgm_ops, lower(client_id) gin_trgm_ops);
    CREATE INDEX external_accounts_search ON external_accounts USING gin (lower(email_address) gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'searches read whole tables, because pg_trgm is not there: %', SQLERRM;
END $$;
