DROP TABLE IF EXISTS sessions;
CREATE TABLE sessions (
    token        TEXT PRIMARY KEY,
    customer     TEXT NOT NULL,
    role         TEXT NOT NULL,
    signed_in_at INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- for the job that deletes what ended
CREATE INDEX sessions_ends_at ON sessions (ends_at);
