SELECT parent.id AS parent, child.*
FROM unnest($1::uuid[]) AS parent (id)
CROSS JOIN LATERAL (
    SELECT id, customer_id, kind, at, order_id, product_id, article_id, data
    FROM activity
    WHERE customer_id = parent.id
      AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid))
      AND ($4::timestamptz IS NULL OR (at, id) < ($4, $5::uuid))
    ORDER BY at ASC, id ASC
    LIMIT $6
) AS child
ORDER BY parent.id, child.at ASC, child.id ASC
