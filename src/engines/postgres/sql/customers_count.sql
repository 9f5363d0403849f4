SELECT count(*)
FROM customers
WHERE ($1::text IS NULL OR tier = $1)
