SELECT id, name
FROM customers
WHERE id IN (SELECT value FROM json_each(?1))
