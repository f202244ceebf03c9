-- A site is a place where one box hangs. Its gauges stand at stations by `bindings`.
CREATE TABLE sites (
    site_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    lat REAL,
    lon REAL
) WITHOUT ROWID;

-- Codes by which boxes become known. Of a code only SHA-256 is here. Times are real: a label hangs on a real wall, and
-- certificates end on real days. Once taken, a claim stays as it is: key_fingerprint (SHA-256 of SubjectPublicKeyInfo,
-- hex) and node_id are set together, certificate follows in the same transaction.
CREATE TABLE claims (
    claim_id INTEGER PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (site_id),
    code_hash TEXT NOT NULL UNIQUE,
    created_real_ms INTEGER NOT NULL,
    expires_real_ms INTEGER NOT NULL,
    revoked_real_ms INTEGER,
    taken_real_ms INTEGER,
    key_fingerprint TEXT UNIQUE,
    node_id TEXT UNIQUE,
    certificate BLOB,
    CHECK ((taken_real_ms IS NULL) = (key_fingerprint IS NULL) AND (taken_real_ms IS NULL) = (node_id IS NULL)),
    CHECK (taken_real_ms IS NULL OR revoked_real_ms IS NULL)
);
CREATE INDEX claims_of_site ON claims (site_id);

-- A used code that came again with another key: somebody has a copy of the label. One row a key, bounded by the code.
CREATE TABLE claim_alarms (
    claim_id INTEGER NOT NULL REFERENCES claims (claim_id),
    key_fingerprint TEXT NOT NULL,
    first_real_ms INTEGER NOT NULL,
    last_real_ms INTEGER NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (claim_id, key_fingerprint)
) WITHOUT ROWID;
