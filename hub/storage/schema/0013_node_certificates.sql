-- Certificates that boxes were given after the one of their claim, in the order of their numbers. Times are real, UTC ms.
-- used_real_ms: when the box first came with it; until then the one before is the box's own.
CREATE TABLE node_certificates (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL UNIQUE,
    chain BLOB NOT NULL,
    issued_real_ms INTEGER NOT NULL,
    used_real_ms INTEGER
);
CREATE INDEX node_certificates_of_node ON node_certificates (node_id, number);

-- All of them, with the one of the claim as number 0.
CREATE VIEW all_node_certificates AS
    SELECT 0 AS number, node_id, key_fingerprint, certificate AS chain, taken_real_ms AS issued_real_ms,
           taken_real_ms AS used_real_ms
    FROM claims WHERE certificate IS NOT NULL
    UNION ALL
    SELECT number, node_id, key_fingerprint, chain, issued_real_ms, used_real_ms FROM node_certificates;
