-- Accounts: how a customer signs in. A table of its own and not columns of customers: a customer who came by an import or bought
-- as a guest has none, and whatever reads customers cannot read a hash by accident.
CREATE TABLE accounts (
    customer_id   BLOB NOT NULL PRIMARY KEY REFERENCES customers (id),
    role          TEXT NOT NULL CHECK (role IN ('CUSTOMER', 'EDITOR', 'ADMIN')),
    -- argon2id as a PHC string, which names its own parameters: they can be raised without touching old rows
    password_hash TEXT NOT NULL CHECK (length(CAST(password_hash AS BLOB)) BETWEEN 1 AND 256)
) STRICT, WITHOUT ROWID;
