-- Blurred pictures of cameras as records tell of them. The files stand in `blobs`, by content and box; times UTC ms.
CREATE TABLE stills (
    still_no INTEGER PRIMARY KEY,
    node_id TEXT NOT NULL,
    source TEXT NOT NULL,
    spool_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    up_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    is_doubted INTEGER NOT NULL, -- by a clock that is not to be trusted
    received_ms INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    command_id TEXT NOT NULL DEFAULT '',
    UNIQUE (spool_no, seq)
);
CREATE INDEX stills_of_camera ON stills (node_id, source, still_no);
CREATE INDEX stills_by_content ON stills (sha256, node_id);

-- Those of before.
INSERT INTO stills (node_id, source, spool_no, seq, boot, up_ms, at_ms, is_doubted, received_ms, sha256, width_px,
    height_px)
SELECT s.node_id, r.source, r.spool_no, r.seq, r.boot, r.up_ms, r.at_ms, r.clock IN ('unsynced', 'saved'),
    r.received_ms, json_extract(CAST(r.body AS TEXT), '$.sha256'), json_extract(CAST(r.body AS TEXT), '$.width_px'),
    json_extract(CAST(r.body AS TEXT), '$.height_px')
FROM records AS r JOIN spools AS s USING (spool_no) WHERE r.kind = 'still';

-- What a person has asked a camera for stands among the commands.
CREATE INDEX commands_of_kind ON commands (kind, node_id, issued_ms);
