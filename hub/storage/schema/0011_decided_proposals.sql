-- What was proposed is kept while it waits; of a decided proposal its SHA-256 stays, which the audit log has too.
ALTER TABLE proposals ADD COLUMN body_sha256 TEXT NOT NULL DEFAULT '';

DROP TRIGGER proposals_are_decided_once;
UPDATE proposals SET body = '' WHERE state <> 'open';
CREATE TRIGGER proposals_are_decided_once BEFORE UPDATE ON proposals
WHEN OLD.state <> 'open' OR NEW.proposal_id IS NOT OLD.proposal_id OR NEW.kind IS NOT OLD.kind
    OR NEW.proposed_by IS NOT OLD.proposed_by OR NEW.expires_ms IS NOT OLD.expires_ms
    OR NEW.body_sha256 IS NOT OLD.body_sha256 OR NEW.body IS NOT (CASE NEW.state WHEN 'open' THEN OLD.body ELSE '' END)
BEGIN SELECT RAISE(ABORT, 'a proposal is decided once and never changes'); END;
