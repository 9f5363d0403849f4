-- Idempotency keys: what was asked under which key, and what was answered. A row is written in the same transaction as what was asked
-- for, so the key is taken exactly when the work is done.
CREATE TABLE once (
    scope   TEXT    NOT NULL CHECK (length(CAST(scope AS BLOB)) BETWEEN 1 AND 254),
    key     TEXT    NOT NULL CHECK (length(CAST(key AS BLOB)) BETWEEN 1 AND 255),
    -- the SHA-256 of the operation and its input: another request under the same key is refused
    request BLOB    NOT NULL CHECK (length(request) = 32),
    -- the answer, as JSON of the program's own making
    answer  TEXT    NOT NULL CHECK (json_valid(answer)),
    used_at INTEGER NOT NULL CHECK (used_at >= 0),
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX once_age ON once (used_at);
