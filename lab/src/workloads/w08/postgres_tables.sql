-- the lab counts bytes of the log: nobody else writes any meanwhile
DROP TABLE IF EXISTS documents;
DROP TABLE IF EXISTS jsonb_documents;
CREATE TABLE documents (
    id    bigint PRIMARY KEY,
    views bigint NOT NULL,
    body  text NOT NULL
) WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
CREATE TABLE jsonb_documents (
    id  bigint PRIMARY KEY,
    doc jsonb NOT NULL
) WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
