-- Accounts: how a customer signs in. A table of its own and not columns of customers: a customer who came by an import or bought
-- as a guest has none, and whatever reads customers cannot read a hash by accident.
CREATE TABLE accounts (
    customer_id uuid PRIMARY KEY CONSTRAINT accounts_customer_exists REFERENCES customers (id),
    role text NOT NULL CONSTRAINT accounts_role_known CHECK (role IN ('CUSTOMER', 'EDITOR', 'ADMIN')),
    -- argon2id as a PHC string, which names its own parameters: they can be raised without touching old rows
    password_hash text COLLATE "C" NOT NULL
        CONSTRAINT accounts_password_hash_length CHECK (octet_length(password_hash) BETWEEN 1 AND 256)
);
