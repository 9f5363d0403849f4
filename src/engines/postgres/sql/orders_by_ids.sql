SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM orders
WHERE id = ANY($1::uuid[])
  AND ($2 OR customer_id = $3)
