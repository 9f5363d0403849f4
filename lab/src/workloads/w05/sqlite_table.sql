DROP TABLE IF EXISTS accounts;
CREATE TABLE accounts (
    id     INTEGER PRIMARY KEY,
    email  TEXT NOT NULL,
    name   TEXT NOT NULL,
    points INTEGER NOT NULL
) STRICT;
