-- The audit log: who changed somebody's rights, money or the catalogue. A row is written in the transaction of the change that it tells
-- of, so it is there exactly when the change is. It refers to nobody by a foreign key: what it tells of may be gone one day. No e-mail,
-- name, password or token stands in it.
CREATE TABLE audit (
    -- a UUID of version 7, which begins with the time: the log is read by it, newest first
    id      BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    at      INTEGER NOT NULL CHECK (at >= 0),
    -- whose account; null for a visitor and for the person at the terminal
    actor   BLOB    CHECK (length(actor) = 16),
    -- what the account could do at that time
    role    TEXT    CHECK (role IN ('CUSTOMER', 'EDITOR', 'ADMIN')),
    -- the mutation's name
    action  TEXT    NOT NULL CHECK (length(action) BETWEEN 1 AND 64),
    -- what was changed, by the id's text
    subject TEXT    NOT NULL CHECK (length(subject) BETWEEN 1 AND 100),
    -- the request, by the id that its answer and its lines in the server's log have
    request TEXT    CHECK (length(request) BETWEEN 1 AND 64),
    -- the address from where it came
    client  TEXT    CHECK (length(client) BETWEEN 1 AND 64),
    -- what was asked and what came of it: numbers, and names of fields
    details TEXT    NOT NULL CHECK (json_valid(details) AND length(details) <= 1000)
) STRICT, WITHOUT ROWID;

-- "What happened to this order?" and "who gave roles away?": each reads as many rows as it gives. Both end in the id, as the list does.
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_action ON audit (action, id);

CREATE TRIGGER audit_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- REPLACE deletes what stands in its way without asking the trigger above
CREATE TRIGGER audit_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
