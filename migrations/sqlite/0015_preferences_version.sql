-- One more with each change: of two changes of one version the second one is refused. What is there already has its first.
ALTER TABLE preferences ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0);
