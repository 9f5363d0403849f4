SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM orders
WHERE ($1::timestamptz IS NULL OR (placed_at, id) > ($1, $2::uuid))
  AND ($3::timestamptz IS NULL OR (placed_at, id) < ($3, $4::uuid))
  AND ($6::text IS NULL OR status = $6)
  AND ($7::uuid IS NULL OR customer_id = $7)
  AND ($8::timestamptz IS NULL OR placed_at >= $8)
  AND ($9::timestamptz IS NULL OR placed_at < $9)
ORDER BY placed_at ASC, id ASC
LIMIT $5
