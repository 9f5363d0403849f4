SELECT customer_id, role, password_hash
FROM accounts
WHERE customer_id IN (SELECT unhex(value) FROM json_each(?1));
