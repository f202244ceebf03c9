-- Everything the hub keeps, in one file. *_ms: scaled UTC wall milliseconds of the hub, unless named *_real_ms
-- (CLOCK_BOOTTIME). Booleans are 0 and 1. Structured values are JSON.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The fleet ---------------------------------------------------------------------------------------------------------

CREATE TABLE nodes (
    node_id TEXT PRIMARY KEY,
    session TEXT,
    boot INTEGER,
    kernel_boot TEXT,
    agent TEXT,
    clock TEXT,
    applied_epoch TEXT NOT NULL DEFAULT '',
    applied_version INTEGER NOT NULL DEFAULT 0,
    queued TEXT NOT NULL DEFAULT '{}',
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    last_hello_ms INTEGER,
    gone_ms INTEGER,
    is_online INTEGER NOT NULL DEFAULT 1,
    is_quarantined INTEGER NOT NULL DEFAULT 0,
    clone_evidence TEXT NOT NULL DEFAULT ''
);

CREATE TABLE spools (
    spool_no INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    spool_id TEXT NOT NULL,
    producer TEXT NOT NULL DEFAULT '',
    first_ms INTEGER NOT NULL,
    low INTEGER NOT NULL DEFAULT 1,
    next INTEGER NOT NULL DEFAULT 1,
    covered TEXT NOT NULL DEFAULT '[]',
    lost TEXT NOT NULL DEFAULT '[]',
    lost_count INTEGER NOT NULL DEFAULT 0,
    superseded INTEGER NOT NULL DEFAULT 0,
    UNIQUE (node_id, spool_id)
);

CREATE TABLE desired (
    node_id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL, changed_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE commands (
    command_id TEXT PRIMARY KEY,
    node_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    site TEXT NOT NULL,
    args TEXT NOT NULL DEFAULT '{}',
    ttl_s REAL NOT NULL,
    issued_ms INTEGER NOT NULL,
    issued_by TEXT NOT NULL,
    sent_ms INTEGER,
    result TEXT,
    result_text TEXT,
    result_ms INTEGER
);
CREATE INDEX commands_by_node ON commands (node_id, issued_ms);

CREATE TABLE downlink (
    id INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    leaf TEXT NOT NULL,
    payload BLOB NOT NULL,
    retained INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL,
    sent_ms INTEGER
);
CREATE INDEX downlink_unsent ON downlink (id) WHERE sent_ms IS NULL;

-- What came up ------------------------------------------------------------------------------------------------------

CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    spool_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    class INTEGER NOT NULL,
    source TEXT NOT NULL,
    boot INTEGER NOT NULL,
    up_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    clock TEXT NOT NULL,
    err_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    stage_cm REAL,
    flag INTEGER,
    body BLOB NOT NULL,
    rule_error TEXT,
    UNIQUE (spool_no, seq)
);
-- Only readings are asked for by time, so only they pay for it.
CREATE INDEX readings_by_time ON records (spool_no, at_ms) WHERE kind = 'reading';

CREATE TABLE conflicts (
    id INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    spool_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    stored BLOB NOT NULL,
    offered BLOB NOT NULL,
    received_ms INTEGER NOT NULL
);
CREATE INDEX conflicts_by_key ON conflicts (node_id, spool_id, seq);

CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    spool_id TEXT,
    seq INTEGER,
    reason TEXT NOT NULL,
    error TEXT NOT NULL,
    payload BLOB NOT NULL,
    received_ms INTEGER NOT NULL
);

CREATE TABLE gaps (
    id INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    spool_id TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('loss', 'policy', 'restore')),
    reason TEXT NOT NULL,
    found_ms INTEGER NOT NULL
);
CREATE INDEX gaps_by_spool ON gaps (node_id, spool_id, first_seq);

-- The newest word on each fault of a box; the records hold the history.
CREATE TABLE faults (
    node_id TEXT NOT NULL,
    source TEXT NOT NULL,
    code TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    spool_no INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    up_ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (node_id, source, code)
) WITHOUT ROWID;

-- Rivers ------------------------------------------------------------------------------------------------------------

CREATE TABLE stations (
    station_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    river TEXT NOT NULL DEFAULT '',
    kelurahan TEXT NOT NULL DEFAULT '',
    lat REAL,
    lon REAL,
    position INTEGER NOT NULL DEFAULT 0,
    offset_cm REAL NOT NULL,
    hold_s REAL NOT NULL DEFAULT 1800,
    rise_cm REAL NOT NULL DEFAULT 10,
    rise_in_s REAL NOT NULL DEFAULT 300,
    persistence TEXT NOT NULL DEFAULT '{}',
    sampling TEXT NOT NULL DEFAULT '{}',
    siren INTEGER NOT NULL DEFAULT 0,
    sop TEXT NOT NULL DEFAULT ''
);

CREATE TABLE thresholds (
    station_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    raise_cm TEXT NOT NULL,
    clear_cm TEXT NOT NULL,
    valid_from_ms INTEGER NOT NULL,
    author TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (station_id, version)
) WITHOUT ROWID;

CREATE TABLE bindings (
    id INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    source TEXT NOT NULL,
    station_id TEXT NOT NULL,
    bound_ms INTEGER NOT NULL,
    ended_ms INTEGER
);

CREATE TABLE level_states (
    station_id TEXT NOT NULL,
    node_id TEXT NOT NULL,
    source TEXT NOT NULL,
    spool_no INTEGER NOT NULL,
    state BLOB NOT NULL,
    box_threshold_version INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (station_id, node_id, source, spool_no)
);

CREATE TABLE station_now (
    station_id TEXT PRIMARY KEY,
    severity INTEGER,
    since_ms INTEGER,
    stage_cm REAL,
    flag INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    at_ms INTEGER,
    received_ms INTEGER,
    interval_s REAL,
    rise_cm REAL,
    rise_in_s REAL,
    is_stale INTEGER NOT NULL DEFAULT 0,
    is_suspect INTEGER NOT NULL DEFAULT 0,
    is_silent INTEGER NOT NULL DEFAULT 0,
    silent_since_ms INTEGER,
    clock TEXT,
    node_id TEXT,
    source TEXT,
    box_threshold_version INTEGER,
    threshold_version INTEGER,
    decision_id TEXT,
    why TEXT NOT NULL DEFAULT '',
    rule_error TEXT
);

CREATE TABLE rollups_60 (
    station_id TEXT NOT NULL, start_ms INTEGER NOT NULL, count INTEGER NOT NULL,
    mean_cm REAL, min_cm REAL, max_cm REAL, worst_flag INTEGER NOT NULL,
    PRIMARY KEY (station_id, start_ms)
) WITHOUT ROWID;
CREATE TABLE rollups_600 (
    station_id TEXT NOT NULL, start_ms INTEGER NOT NULL, count INTEGER NOT NULL,
    mean_cm REAL, min_cm REAL, max_cm REAL, worst_flag INTEGER NOT NULL,
    PRIMARY KEY (station_id, start_ms)
) WITHOUT ROWID;
CREATE TABLE rollups_3600 (
    station_id TEXT NOT NULL, start_ms INTEGER NOT NULL, count INTEGER NOT NULL,
    mean_cm REAL, min_cm REAL, max_cm REAL, worst_flag INTEGER NOT NULL,
    PRIMARY KEY (station_id, start_ms)
) WITHOUT ROWID;
CREATE TABLE rollup_marks (name TEXT PRIMARY KEY, record_id INTEGER NOT NULL) WITHOUT ROWID;

-- What the pages and the dispatcher follow --------------------------------------------------------------------------

CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('station', 'alert', 'node', 'delivery', 'hub')),
    ref TEXT NOT NULL,
    sample_real_ms INTEGER
);

CREATE TABLE heartbeats (
    process TEXT PRIMARY KEY, at_real_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, detail TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE TABLE counters (
    name TEXT NOT NULL, label TEXT NOT NULL DEFAULT '', value INTEGER NOT NULL, PRIMARY KEY (name, label)
) WITHOUT ROWID;

-- Alerts and who is told --------------------------------------------------------------------------------------------

CREATE TABLE alerts (
    alert_id TEXT PRIMARY KEY,
    station_id TEXT,
    node_id TEXT,
    code TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('level', 'silence', 'fault', 'hub')),
    severity INTEGER NOT NULL,
    peak INTEGER NOT NULL,
    water INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('raised', 'acknowledged', 'resolved')),
    version INTEGER NOT NULL,
    is_latched INTEGER NOT NULL DEFAULT 0,
    is_stale INTEGER NOT NULL DEFAULT 0,
    is_suspect INTEGER NOT NULL DEFAULT 0,
    is_late INTEGER NOT NULL DEFAULT 0,
    stage_cm REAL,
    raised_ms INTEGER NOT NULL,
    since_ms INTEGER,
    sample_ms INTEGER,
    decided_ms INTEGER,
    committed_ms INTEGER,
    acknowledged_ms INTEGER,
    acknowledged_by TEXT,
    acknowledged_version INTEGER,
    resolved_ms INTEGER,
    next_escalation_ms INTEGER,
    escalation_step INTEGER NOT NULL DEFAULT 0,
    shelved_until_ms INTEGER,
    shelved_by TEXT,
    shelved_why TEXT,
    rule_version TEXT NOT NULL DEFAULT '',
    threshold_version INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX alerts_by_station ON alerts (station_id, raised_ms);
CREATE INDEX alerts_open ON alerts (station_id, kind) WHERE resolved_ms IS NULL;
CREATE UNIQUE INDEX alerts_one_level ON alerts (station_id) WHERE resolved_ms IS NULL AND kind = 'level';

CREATE TABLE alert_events (
    alert_id TEXT NOT NULL,
    n INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    severity INTEGER,
    version INTEGER NOT NULL,
    by_whom TEXT NOT NULL DEFAULT '',
    why TEXT NOT NULL DEFAULT '',
    rule_version TEXT,
    threshold_version INTEGER,
    inputs BLOB,
    text TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (alert_id, n)
);

CREATE TABLE alert_decisions (
    alert_id TEXT NOT NULL, decision_id TEXT NOT NULL, PRIMARY KEY (alert_id, decision_id)
) WITHOUT ROWID;
CREATE INDEX alert_decisions_by_decision ON alert_decisions (decision_id);

CREATE TABLE recipients (
    recipient_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('officer', 'lurah', 'rt', 'lead', 'oncall')),
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    min_severity INTEGER NOT NULL DEFAULT 1,
    is_active INTEGER NOT NULL DEFAULT 1
);
-- The station '*' stands for all stations.
CREATE TABLE recipient_stations (
    recipient_id TEXT NOT NULL, station_id TEXT NOT NULL, PRIMARY KEY (recipient_id, station_id)
) WITHOUT ROWID;

CREATE TABLE deliveries (
    delivery_id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL,
    severity INTEGER NOT NULL,
    recipient_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('owed', 'sending', 'handed', 'read', 'failed', 'withdrawn')),
    due_ms INTEGER, -- NULL: held back, the water is below its severity
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_real_ms INTEGER,
    token TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    sms TEXT NOT NULL DEFAULT '', -- the same in one part of an SMS
    created_ms INTEGER NOT NULL,
    handed_ms INTEGER,
    read_ms INTEGER,
    error TEXT NOT NULL DEFAULT '',
    UNIQUE (alert_id, severity, recipient_id, channel)
);
CREATE INDEX deliveries_waiting ON deliveries (state, due_ms) WHERE state IN ('owed', 'sending');
CREATE INDEX deliveries_newest ON deliveries (created_ms);

-- People ------------------------------------------------------------------------------------------------------------

CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    created_ms INTEGER NOT NULL
);
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    csrf TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
);
CREATE TABLE api_tokens (
    token_hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_ms INTEGER NOT NULL
);
