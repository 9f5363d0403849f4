-- Writes nothing if there is no such customer.
INSERT INTO accounts (customer_id, role, password_hash)
SELECT id, $2, $3
FROM customers
WHERE id = $1
ON CONFLICT (customer_id) DO UPDATE SET
    role = excluded.role,
    password_hash = excluded.password_hash
