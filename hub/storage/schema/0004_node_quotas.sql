-- What a maintainer has set for a box, whether or not it has ever spoken. Disk for all its outboxes, MiB.
CREATE TABLE node_quotas (node_id TEXT PRIMARY KEY, quota_mb INTEGER NOT NULL) WITHOUT ROWID;
