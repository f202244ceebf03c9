-- Boxes that a person has asked to leave the fleet. At most one of a box is open; times are the hub's, UTC ms.
CREATE TABLE retirements (
    retirement_id INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    asked_ms INTEGER NOT NULL,
    command_id TEXT, -- of the newest command to the box; NULL: none yet
    issued_ms INTEGER, -- of that command
    answered_ms INTEGER, -- the box has said that there is no way back
    ended_ms INTEGER,
    outcome TEXT CHECK (outcome IN ('retired', 'cancelled', 'revoked')),
    CHECK ((ended_ms IS NULL) = (outcome IS NULL))
);
CREATE INDEX retirements_of_node ON retirements (node_id, retirement_id);
CREATE UNIQUE INDEX retirements_open ON retirements (node_id) WHERE ended_ms IS NULL;
