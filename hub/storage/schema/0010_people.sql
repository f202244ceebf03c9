-- Who may do what. Times are real (UTC ms of the machine): a session and a token end for people, not for the water.
ALTER TABLE users ADD COLUMN disabled_real_ms INTEGER;

-- Before there were roles everybody was written down as 'admin'. Nobody becomes an administrator by an upgrade: whom the
-- city wants as one it says at the hub's own machine (`hub user first-admin`, or `role`), which no role can be locked out of.
UPDATE users SET role = 'operator';

-- Sessions of before counted on the scaled clock and knew no idle end: everybody signs in once more.
DROP TABLE sessions;
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id),
    csrf TEXT NOT NULL,
    began_real_ms INTEGER NOT NULL,
    seen_real_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id, began_real_ms);

-- Tokens of before had no end; only the demo ever made any, anew at each start.
DROP TABLE api_tokens;
CREATE TABLE api_tokens (
    name TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL, -- rights, comma between
    address TEXT, -- of the wall's screen that it is bound to; NULL: a program's, from anywhere
    created_real_ms INTEGER NOT NULL,
    expires_real_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- The one link by which the first administrator chooses a name and a password; a newer one replaces it.
CREATE TABLE first_admin_link (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    token_hash TEXT NOT NULL,
    expires_real_ms INTEGER NOT NULL
);
