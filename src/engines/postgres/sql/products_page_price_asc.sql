SELECT
    id, sku, slug, name, CASE WHEN $11::boolean THEN description ELSE '' END AS description,
    price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE ($1::bigint IS NULL OR (price_minor, id) > ($1, $2::uuid))
  AND ($3::bigint IS NULL OR (price_minor, id) < ($3, $4::uuid))
  AND ($6::uuid IS NULL OR category_id = $6)
  AND ($7::bigint IS NULL OR price_minor >= $7)
  AND ($8::bigint IS NULL OR price_minor <= $8)
  AND ($9::boolean IS NULL OR (stock > 0) = $9)
  AND ($10::text IS NULL OR search @@ $10::tsquery)
ORDER BY price_minor ASC, id ASC
LIMIT $5
