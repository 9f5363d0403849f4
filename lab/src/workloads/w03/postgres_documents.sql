SELECT doc
FROM orders
WHERE id >= $1
ORDER BY id
LIMIT $2
