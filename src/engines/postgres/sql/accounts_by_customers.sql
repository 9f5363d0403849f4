SELECT customer_id, role, password_hash
FROM accounts
WHERE customer_id = ANY($1)
