-- A person's word for an Awas that the gauge alone may not give: who, when, why, and which version they saw.
ALTER TABLE alerts ADD COLUMN borne_out_ms INTEGER;
ALTER TABLE alerts ADD COLUMN borne_out_by TEXT;
ALTER TABLE alerts ADD COLUMN borne_out_why TEXT;
ALTER TABLE alerts ADD COLUMN borne_out_version INTEGER;
