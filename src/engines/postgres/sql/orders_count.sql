SELECT count(*)
FROM orders
WHERE ($1::text IS NULL OR status = $1)
  AND ($2::uuid IS NULL OR customer_id = $2)
  AND ($3::timestamptz IS NULL OR placed_at >= $3)
  AND ($4::timestamptz IS NULL OR placed_at < $4)
