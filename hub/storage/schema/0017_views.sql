-- A view: what one camera is there to see. What is drawn on it stands in versions; the newest counts.
CREATE TABLE views (
    view_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kelurahan TEXT NOT NULL DEFAULT '',
    lat REAL,
    lon REAL,
    position INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE outlines (
    view_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    drawing TEXT NOT NULL,
    saved_ms INTEGER NOT NULL,
    author TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (view_id, version)
) WITHOUT ROWID;
CREATE TABLE view_bindings (
    id INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    source TEXT NOT NULL,
    view_id TEXT NOT NULL,
    bound_ms INTEGER NOT NULL,
    ended_ms INTEGER
);

-- Cameras that ever counted something, bound to a view or not.
CREATE TABLE cameras (
    camera_no INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    source TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    UNIQUE (node_id, source)
);
-- The newest word on each place of a camera's picture; spool_no, boot, up_ms and seq say which record told.
CREATE TABLE sightings_now (
    camera_no INTEGER NOT NULL,
    place TEXT NOT NULL,
    spool_no INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    up_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    is_at_doubted INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    since_ms INTEGER,
    body BLOB NOT NULL,
    PRIMARY KEY (camera_no, place)
) WITHOUT ROWID;
CREATE TABLE sightings_60 (
    camera_no INTEGER NOT NULL, start_ms INTEGER NOT NULL, place TEXT NOT NULL, tally TEXT NOT NULL,
    PRIMARY KEY (camera_no, start_ms, place)
) WITHOUT ROWID;
CREATE TABLE sightings_600 (
    camera_no INTEGER NOT NULL, start_ms INTEGER NOT NULL, place TEXT NOT NULL, tally TEXT NOT NULL,
    PRIMARY KEY (camera_no, start_ms, place)
) WITHOUT ROWID;
CREATE TABLE sightings_3600 (
    camera_no INTEGER NOT NULL, start_ms INTEGER NOT NULL, place TEXT NOT NULL, tally TEXT NOT NULL,
    PRIMARY KEY (camera_no, start_ms, place)
) WITHOUT ROWID;
-- Sightings by a clock that is not to be trusted, until their boot is dated. Bounded.
CREATE TABLE sightings_waiting (
    record_id INTEGER PRIMARY KEY, spool_no INTEGER NOT NULL, boot INTEGER NOT NULL
);

-- Of what an older hub has summed up already, nothing was a sighting.
INSERT INTO rollup_marks (name, record_id) SELECT 'sightings', record_id FROM rollup_marks WHERE name = 'rollups';

-- Pages follow views too. A CHECK is part of its table in SQLite, so the table is made anew; its numbers go on.
CREATE TABLE changes_of_views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('station', 'alert', 'node', 'delivery', 'hub', 'view')),
    ref TEXT NOT NULL,
    sample_real_ms INTEGER
);
INSERT INTO changes_of_views SELECT id, at_ms, kind, ref, sample_real_ms FROM changes;
DELETE FROM sqlite_sequence WHERE name = 'changes_of_views';
INSERT INTO sqlite_sequence (name, seq) SELECT 'changes_of_views', seq FROM sqlite_sequence WHERE name = 'changes';
DROP TABLE changes;
ALTER TABLE changes_of_views RENAME TO changes;
