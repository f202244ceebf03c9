-- Hours of a box whose clock is not to be trusted stand beside the hub's own reckoning. since_ms and at_ms stay as the
-- box wrote them; where the flag beside one is set, people are shown the *_hub_ms, and NULL there means: nobody knows.
ALTER TABLE station_now ADD COLUMN since_hub_ms INTEGER;
ALTER TABLE station_now ADD COLUMN is_since_doubted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE station_now ADD COLUMN at_hub_ms INTEGER;
ALTER TABLE station_now ADD COLUMN is_at_doubted INTEGER NOT NULL DEFAULT 0;
-- What an older hub kept did not say by which clock a level began; the newest record's clock is the best sign left.
UPDATE station_now SET is_since_doubted = 1, is_at_doubted = 1 WHERE clock IN ('unsynced', 'saved');

-- A boot of a box is dated by its first record of a good clock: zero_ms is the wall time at which its boot clock stood
-- at 0. at_ms of a record stays as the box wrote it; dated_ms is the hour that counts where it is set.
CREATE TABLE boots (
    spool_no INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    zero_ms INTEGER NOT NULL,
    is_waiting INTEGER NOT NULL,
    PRIMARY KEY (spool_no, boot)
) WITHOUT ROWID;
CREATE INDEX boots_waiting ON boots (spool_no, boot) WHERE is_waiting = 1;

ALTER TABLE records ADD COLUMN dated_ms INTEGER;
-- What an older hub summed up by the hour of the box keeps that hour: a roll-up cannot be taken apart again.
UPDATE records SET dated_ms = at_ms WHERE kind = 'reading' AND clock IN ('unsynced', 'saved');
DROP INDEX readings_by_time;
CREATE INDEX readings_by_hour ON records (spool_no, coalesce(dated_ms, at_ms)) WHERE kind = 'reading';
-- Small: only what still waits for its hour.
CREATE INDEX readings_undated ON records (spool_no, boot, id)
    WHERE kind = 'reading' AND clock IN ('unsynced', 'saved') AND dated_ms IS NULL;
