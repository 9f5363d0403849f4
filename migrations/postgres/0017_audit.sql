-- The audit log: who changed somebody's rights, money or the catalogue. A row is written in the transaction of the change that it tells
-- of, so it is there exactly when the change is. It refers to nobody by a foreign key: what it tells of may be gone one day, and who
-- changes things must not wait here for others. No e-mail, name, password or token stands in it.
CREATE TABLE audit (
    -- a UUID of version 7, which begins with the time: the log is read by it, newest first
    id uuid PRIMARY KEY,
    at timestamptz(3) NOT NULL,
    -- whose account; null for a visitor and for the person at the terminal
    actor uuid,
    -- what the account could do at that time
    role text COLLATE "C" CONSTRAINT audit_role_known CHECK (role IN ('CUSTOMER', 'EDITOR', 'ADMIN')),
    -- the mutation's name
    action text COLLATE "C" NOT NULL CONSTRAINT audit_action_length CHECK (octet_length(action) BETWEEN 1 AND 64),
    -- what was changed, by the id's text
    subject text COLLATE "C" NOT NULL CONSTRAINT audit_subject_length CHECK (octet_length(subject) BETWEEN 1 AND 100),
    -- the request, by the id that its answer and its lines in the server's log have
    request text COLLATE "C" CONSTRAINT audit_request_length CHECK (octet_length(request) BETWEEN 1 AND 64),
    -- the address from where it came
    client text COLLATE "C" CONSTRAINT audit_client_length CHECK (octet_length(client) BETWEEN 1 AND 64),
    -- what was asked and what came of it: numbers, and names of fields
    details jsonb NOT NULL CONSTRAINT audit_details_small CHECK (octet_length(details::text) <= 1000)
);

-- "What happened to this order?" and "who gave roles away?": each reads as many rows as it gives. Both end in the id, as the list does.
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_action ON audit (action, id);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
