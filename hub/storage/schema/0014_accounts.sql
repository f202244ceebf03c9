-- What the pages for people need. Times are real, as those of sessions and tokens are.
ALTER TABLE users ADD COLUMN signed_in_real_ms INTEGER;
ALTER TABLE sessions ADD COLUMN place TEXT NOT NULL DEFAULT ''; -- address it began from

-- Who owns a token: it can do no more than its owner may, and ends with them. NULL: a program's or a screen's, the city's.
ALTER TABLE api_tokens ADD COLUMN owner_id TEXT REFERENCES users (user_id);

-- Links by which a person chooses a password, once; of one only SHA-256 is here, and a newer one replaces it.
CREATE TABLE password_links (
    user_id TEXT PRIMARY KEY REFERENCES users (user_id),
    token_hash TEXT NOT NULL UNIQUE,
    expires_real_ms INTEGER NOT NULL
) WITHOUT ROWID;
