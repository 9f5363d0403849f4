SELECT count(*)
FROM products
WHERE ($1::uuid IS NULL OR category_id = $1)
  AND ($2::bigint IS NULL OR price_minor >= $2)
  AND ($3::bigint IS NULL OR price_minor <= $3)
  AND ($4::boolean IS NULL OR (stock > 0) = $4)
  AND ($5::text IS NULL OR search @@ $5::tsquery)
