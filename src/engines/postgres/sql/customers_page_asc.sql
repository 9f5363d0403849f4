SELECT id, email, name, tier, created_at
FROM customers
WHERE ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2::uuid))
  AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
  AND ($6::text IS NULL OR tier = $6)
ORDER BY created_at ASC, id ASC
LIMIT $5
