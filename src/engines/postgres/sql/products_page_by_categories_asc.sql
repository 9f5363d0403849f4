SELECT parent.id AS parent, child.*
FROM unnest($1::uuid[]) AS parent (id)
CROSS JOIN LATERAL (
    SELECT
        id, sku, slug, name, CASE WHEN $7::boolean THEN description ELSE '' END AS description,
        price_minor, currency, stock, category_id, created_at, version
    FROM products
    WHERE category_id = parent.id
      AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
      AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
    ORDER BY created_at ASC, id ASC
    LIMIT $6
) AS child
ORDER BY parent.id, child.created_at ASC, child.id ASC
