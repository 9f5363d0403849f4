-- Idempotency keys: what was asked under which key, and what was answered. A row is written in the same transaction as what was asked
-- for, so the key is taken exactly when the work is done. Two that use one key at once meet at the primary key: the second waits.
CREATE TABLE once (
    scope text COLLATE "C" NOT NULL CONSTRAINT once_scope_length CHECK (octet_length(scope) BETWEEN 1 AND 254),
    key text COLLATE "C" NOT NULL CONSTRAINT once_key_length CHECK (octet_length(key) BETWEEN 1 AND 255),
    -- the SHA-256 of the operation and its input: another request under the same key is refused
    request bytea NOT NULL CONSTRAINT once_request_length CHECK (octet_length(request) = 32),
    -- the answer, as JSON of the program's own making
    answer jsonb NOT NULL,
    used_at timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);

CREATE INDEX once_by_age ON once (used_at);
