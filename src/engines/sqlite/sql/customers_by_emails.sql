SELECT id, email, name, tier, created_at
FROM customers
WHERE email IN (SELECT value FROM json_each(?1));
