-- An alert whose severity fell and rises again has another peak, and people are told of each: `peak_no`, from 1.
ALTER TABLE alerts ADD COLUMN peak_no INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alerts ADD COLUMN has_fallen INTEGER NOT NULL DEFAULT 0;
-- `peak` is the highest severity that the alert ever had.
UPDATE alerts SET has_fallen = 1 WHERE kind = 'level' AND resolved_ms IS NULL AND severity < peak;

-- The key of a message is part of its table in SQLite, so the table is made anew.
CREATE TABLE deliveries_by_peak (
    delivery_id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL,
    peak_no INTEGER NOT NULL DEFAULT 1,
    severity INTEGER NOT NULL,
    recipient_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('owed', 'sending', 'handed', 'read', 'failed', 'withdrawn')),
    due_ms INTEGER, -- NULL: held back, what it warns of is not so at present
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_real_ms INTEGER,
    token TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    sms TEXT NOT NULL DEFAULT '', -- the same in one part of an SMS
    created_ms INTEGER NOT NULL,
    handed_ms INTEGER,
    read_ms INTEGER,
    error TEXT NOT NULL DEFAULT '',
    UNIQUE (alert_id, peak_no, severity, recipient_id, channel)
);
INSERT INTO deliveries_by_peak
    (delivery_id, alert_id, severity, recipient_id, channel, state, due_ms, attempts, next_try_real_ms, token, text,
     sms, created_ms, handed_ms, read_ms, error)
SELECT delivery_id, alert_id, severity, recipient_id, channel, state, due_ms, attempts, next_try_real_ms, token, text,
       sms, created_ms, handed_ms, read_ms, error
FROM deliveries ORDER BY rowid;
DROP TABLE deliveries;
ALTER TABLE deliveries_by_peak RENAME TO deliveries;
CREATE INDEX deliveries_waiting ON deliveries (state, due_ms) WHERE state IN ('owed', 'sending');
CREATE INDEX deliveries_newest ON deliveries (created_ms);
