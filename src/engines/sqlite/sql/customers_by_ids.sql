SELECT id, email, name, tier, created_at
FROM customers
WHERE id IN (SELECT unhex(value) FROM json_each(?1));
