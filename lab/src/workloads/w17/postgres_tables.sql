DROP TABLE IF EXISTS sessions;
CREATE UNLOGGED TABLE sessions (
    token        text PRIMARY KEY,
    customer     text NOT NULL,
    role         text NOT NULL,
    signed_in_at bigint NOT NULL,
    ends_at      bigint NOT NULL
) WITH (fillfactor = 80);
-- for the job that deletes what ended
CREATE INDEX sessions_ends_at ON sessions (ends_at);
