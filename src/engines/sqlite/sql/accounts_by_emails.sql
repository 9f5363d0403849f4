SELECT c.id, c.email, c.name, c.tier, c.created_at, a.customer_id, a.role, a.password_hash
FROM customers AS c
JOIN accounts AS a ON a.customer_id = c.id
WHERE c.email IN (SELECT value FROM json_each(?1));
