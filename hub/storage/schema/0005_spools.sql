-- What each spool's `next` was when this life of the database (db_epoch) first heard of it: a hole below that may have
-- been given to the hub before, a hole above is a loss. 0: not heard yet, 1: the spool was new.
ALTER TABLE spools ADD COLUMN inherited_next INTEGER NOT NULL DEFAULT 0;
-- Of the spools that are here already it is not known; they keep the strict reading.
UPDATE spools SET inherited_next = 1;

-- What was covered of a spool since `spools.covered` was written; only of spools in many pieces.
CREATE TABLE covered_since (
    spool_no INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
    PRIMARY KEY (spool_no, first_seq, last_seq)
) WITHOUT ROWID;
