-- One more with each change: of two changes of one version the second one is refused. What is there already has its first.
ALTER TABLE preferences ADD COLUMN version bigint NOT NULL DEFAULT 1 CONSTRAINT preferences_version_positive CHECK (version > 0);
