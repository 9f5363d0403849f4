SELECT parent.id AS parent, child.*
FROM unnest($1::uuid[]) AS parent (id)
CROSS JOIN LATERAL (
    SELECT id, customer_id, status, placed_at, total_minor, currency, version
    FROM orders
    WHERE customer_id = parent.id
      AND ($2::timestamptz IS NULL OR (placed_at, id) < ($2, $3::uuid))
      AND ($4::timestamptz IS NULL OR (placed_at, id) > ($4, $5::uuid))
    ORDER BY placed_at DESC, id DESC
    LIMIT $6
) AS child
ORDER BY parent.id, child.placed_at DESC, child.id DESC
