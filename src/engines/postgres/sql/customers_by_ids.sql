SELECT id, email, name, tier, created_at
FROM customers
WHERE id = ANY($1::uuid[])
