DROP TABLE IF EXISTS accounts;
CREATE TABLE accounts (
    id     bigint PRIMARY KEY,
    email  text NOT NULL,
    name   text NOT NULL,
    points bigint NOT NULL
);
