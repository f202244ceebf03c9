-- What people did, one row each, chained: `hash` is over the row and the hash before it (hub/audit/chain.py).
CREATE TABLE audit (
    n INTEGER PRIMARY KEY, -- from 1 on, without a hole
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL, -- a JSON object, keys in order
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at_ms);

-- Against a slip of our own; who can write to the file can drop these, and is found by the hashes.
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: no row changes'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: no row goes'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit
WHEN NEW.n IS NOT (SELECT coalesce(max(n), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: a row stands behind the newest'); END;

-- Deeds that need two persons. What is proposed never changes; the state is left once.
CREATE TABLE proposals (
    proposal_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON
    proposed_by TEXT NOT NULL, -- an account, whatever it is called at the time
    proposed_name TEXT NOT NULL,
    proposed_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'withdrawn', 'expired')),
    decided_by TEXT,
    decided_name TEXT,
    decided_ms INTEGER,
    CHECK (state <> 'done' OR (decided_by IS NOT NULL AND decided_by <> proposed_by))
);
CREATE INDEX proposals_open ON proposals (expires_ms) WHERE state = 'open';
CREATE TRIGGER proposals_are_decided_once BEFORE UPDATE ON proposals
WHEN OLD.state <> 'open' OR NEW.proposal_id IS NOT OLD.proposal_id OR NEW.kind IS NOT OLD.kind
    OR NEW.body IS NOT OLD.body OR NEW.proposed_by IS NOT OLD.proposed_by OR NEW.expires_ms IS NOT OLD.expires_ms
BEGIN SELECT RAISE(ABORT, 'a proposal is decided once and never changes'); END;
