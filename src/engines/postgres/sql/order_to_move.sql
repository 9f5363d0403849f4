-- Of two that move an order at once the second one waits here, and sees what the first one made of it.
SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM orders
WHERE id = $1 AND ($2::uuid IS NULL OR customer_id = $2)
FOR NO KEY UPDATE
