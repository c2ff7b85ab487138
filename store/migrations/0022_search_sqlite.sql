-- What lists are searched for, by every three letters that follow each other, so that a search does not read the whole table.
-- `NAME_search` finds numbers, `NAME_search_rows` says whose they are: rows of the tables themselves have no number that lasts.
-- Triggers keep both as they are; a change that touches none of the texts costs nothing.

CREATE TABLE users_search_rows (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE users_search USING fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1);
INSERT INTO users_search_rows (id) SELECT id FROM users;
INSERT INTO users_search (rowid, text) SELECT r.number, t.username || char(10) || t.name || char(10) || COALESCE(t.email, '')
    FROM users t JOIN users_search_rows r ON r.id = t.id;
CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_search_rows (id) VALUES (new.id);
    INSERT INTO users_search (rowid, text) SELECT r.number, new.username || char(10) || new.name || char(10) || COALESCE(new.email, '')
        FROM users_search_rows r WHERE r.id = new.id;
END;
CREATE TRIGGER users_search_update AFTER UPDATE OF username, name, email ON users
    WHEN new.username IS NOT old.username OR new.name IS NOT old.name OR new.email IS NOT old.email BEGIN
    DELETE FROM users_search WHERE rowid = (SELECT r.number FROM users_search_rows r WHERE r.id = old.id);
    INSERT INTO users_search (rowid, text) SELECT r.number, new.username || char(10) || new.name || char(10) || COALESCE(new.email, '')
        FROM users_search_rows r WHERE r.id = new.id;
END;
CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN
    DELETE FROM users_search WHERE rowid = (SELECT r.number FROM users_search_rows r WHERE r.id = old.id);
    DELETE FROM users_search_rows WHERE id = old.id;
END;

CREATE TABLE user_groups_search_rows (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE user_groups_search USING fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1);
INSERT INTO user_groups_search_rows (id) SELECT id FROM user_groups;
INSERT INTO user_groups_search (rowid, text) SELECT r.number, t.name
    FROM user_groups t JOIN user_groups_search_rows r ON r.id = t.id;
CREATE TRIGGER user_groups_search_insert AFTER INSERT ON user_groups BEGIN
    INSERT INTO user_groups_search_rows (id) VALUES (new.id);
    INSERT INTO user_groups_search (rowid, text) SELECT r.number, new.name
        FROM user_groups_search_rows r WHERE r.id = new.id;
END;
CREATE TRIGGER user_groups_search_update AFTER UPDATE OF name ON user_groups
    WHEN new.name IS NOT old.name BEGIN
    DELETE FROM user_groups_search WHERE rowid = (SELECT r.number FROM user_groups_search_rows r WHERE r.id = old.id);
    INSERT INTO user_groups_search (rowid, text) SELECT r.number, new.name
        FROM user_groups_search_rows r WHERE r.id = new.id;
END;
CREATE TRIGGER user_groups_search_delete AFTER DELETE ON user_groups BEGIN
    DELETE FROM user_groups_search WHERE rowid = (SELECT r.number FROM user_groups_search_rows r WHERE r.id = old.id);
    DELETE FROM user_groups_search_rows WHERE id = old.id;
END;

CREATE TABLE applications_search_rows (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE applications_search USING fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1);
INSERT INTO applications_search_rows (id) SELECT id FROM applications;
INSERT INTO applications_search (rowid, text) SELECT r.number, t.slug || char(10) || t.name || char(10) || t.client_id
    FROM applications t JOIN applications_search_rows r ON r.id = t.id;
CREATE TRIGGER applications_search_insert AFTER INSERT ON applications BEGIN
    INSERT INTO applications_search_rows (id) VALUES (new.id);
    INSERT INTO applications_search (rowid, text) SELECT r.number, new.slug || char(10) || new.name || char(10) || new.client_id
        FROM applications_search_rows r WHERE r.id = new.id;
END;
CREATE TRIGGER applications_search_update AFTER UPDATE OF slug, name, client_id ON applications
    WHEN new.slug IS NOT old.slug OR new.name IS NOT old.name OR new.client_id IS NOT old.client_id BEGIN
    DELETE FROM applications_search WHERE rowid = (SELECT r.number FROM applications_search_rows r WHERE r.id = old.id);
    INSERT INTO applications_search (rowid, text) SELECT r.number, new.slug || char(10) || new.name || char(10) || new.client_id
        FROM applications_search_rows r WHERE r.id = new.id;
END;
CREATE TRIGGER applications_search_delete AFTER DELETE ON applications BEGIN
    DELETE FROM applications_search WHERE rowid = (SELECT r.number FROM applications_search_rows r WHERE r.id = old.id);
    DELETE FROM applications_search_rows WHERE id = old.id;
END;

CREATE TABLE external_accounts_search_rows (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE external_accounts_search USING fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1);
INSERT INTO external_accounts_search_rows (id) SELECT id FROM external_accounts;
INSERT INTO external_accounts_search (rowid, text) SELECT r.number, COALESCE(t.email_address, '')
    FROM external_accounts t JOIN external_accounts_search_rows r ON r.id = t.id;
CREATE TRIGGER external_accounts_search_insert AFTER INSERT ON external_accounts BEGIN
    INSERT INTO external_accounts_search_rows (id) VALUES (new.id);
    INSERT INTO external_accounts_search (rowid, text) SELECT r.number, COALESCE(new.email_address, '')
        FROM external_accounts_search_rows r WHERE r.id = new.id;
END;
CREATE TRIGGER external_accounts_search_update AFTER UPDATE OF email_address ON external_accounts
    WHEN new.email_address IS NOT old.email_address BEGIN
    DELETE FROM external_accounts_search WHERE rowid = (SELECT r.number FROM external_accounts_search_rows r WHERE r.id = old.id);
    INSERT INTO external_accounts_search (rowid, text) SELECT r.number, COALESCE(new.email_address, '')
        FROM external_accounts_search_rows r WHERE r.id = new.id;
END;
CREATE TRIGGER external_accounts_search_delete AFTER DELETE ON external_accounts BEGIN
    DELETE FROM external_accounts_search WHERE rowid = (SELECT r.number FROM external_accounts_search_rows r WHERE r.id = old.id);
    DELETE FROM external_accounts_search_rows WHERE id = old.id;
END;
