-- Pictures that boxes have sent; the bytes lie in files named by their SHA-256. Several boxes may have sent one file.
CREATE TABLE blobs (
    blob_no INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    node_id TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    type TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    UNIQUE (sha256, node_id)
);

-- How much disk they are counted as, together: each row at least 16 KiB, so that their number has a bound too.
CREATE TABLE blobs_held (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL);
INSERT INTO blobs_held (one, bytes) VALUES (1, 0);
CREATE TRIGGER blobs_held_grows AFTER INSERT ON blobs
BEGIN UPDATE blobs_held SET bytes = bytes + max(NEW.bytes, 16384); END;
CREATE TRIGGER blobs_held_shrinks AFTER DELETE ON blobs
BEGIN UPDATE blobs_held SET bytes = bytes - max(OLD.bytes, 16384); END;

-- What each box has sent on a day, counted in real days of UTC since 1970.
CREATE TABLE blob_days (
    day INTEGER NOT NULL,
    node_id TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (day, node_id)
);
