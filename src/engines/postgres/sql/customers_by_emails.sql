SELECT id, email, name, tier, created_at
FROM customers
WHERE email = ANY($1::text[])
