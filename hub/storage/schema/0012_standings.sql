-- How a box stands with the hub. Rows are only added; the newest of a box is how it stands now, none at all is live.
CREATE TABLE standings (
    standing_id INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('live', 'quarantined', 'revoked')),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL
);
CREATE INDEX standings_of_node ON standings (node_id, standing_id);
CREATE VIEW standings_now AS
    SELECT * FROM standings WHERE standing_id IN (SELECT max(standing_id) FROM standings GROUP BY node_id);

CREATE TRIGGER standings_never_change BEFORE UPDATE ON standings
BEGIN SELECT RAISE(ABORT, 'the standings of boxes are append-only: no row changes'); END;
CREATE TRIGGER standings_never_go BEFORE DELETE ON standings
BEGIN SELECT RAISE(ABORT, 'the standings of boxes are append-only: no row goes'); END;
CREATE TRIGGER standings_only_grow BEFORE INSERT ON standings
WHEN NEW.standing_id BETWEEN 0 AND (SELECT max(standing_id) FROM standings) -- -1: SQLite will choose
BEGIN SELECT RAISE(ABORT, 'the standings of boxes are append-only: a row stands behind the newest'); END;
CREATE TRIGGER standings_end_with_revoked BEFORE INSERT ON standings
WHEN EXISTS (SELECT 1 FROM standings WHERE node_id = NEW.node_id AND standing = 'revoked')
BEGIN SELECT RAISE(ABORT, 'a revoked box stays revoked: it comes back by a new claim, under a new name'); END;

-- The flag went up by one conflict, as an honest box makes after a power cut, and refused nobody. It is not taken over:
-- where two boxes do bear one name, they are found again within seconds.
ALTER TABLE nodes DROP COLUMN is_quarantined;
ALTER TABLE nodes DROP COLUMN clone_evidence;
