DROP TABLE IF EXISTS documents;
DROP TABLE IF EXISTS json_documents;
-- what changes stands ahead of what is long, and so on the row's first page
CREATE TABLE documents (
    id    INTEGER PRIMARY KEY,
    views INTEGER NOT NULL,
    body  TEXT NOT NULL
) STRICT;
CREATE TABLE json_documents (
    id  INTEGER PRIMARY KEY,
    doc TEXT NOT NULL
) STRICT;
