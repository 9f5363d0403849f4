SELECT id, name
FROM customers
WHERE id = ANY ($1)
