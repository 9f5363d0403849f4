-- Not FOR UPDATE: orders that refer to the customer need not wait.
SELECT id, email, name, tier, created_at
FROM customers
WHERE id = $1
FOR NO KEY UPDATE
