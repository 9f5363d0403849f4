SELECT event.*
FROM unnest($1::uuid[]) AS parent (id)
CROSS JOIN LATERAL (
    SELECT id, customer_id, kind, at, order_id, product_id, article_id, data
    FROM activity
    WHERE order_id = parent.id
    ORDER BY at, id
    LIMIT 100
) AS event
ORDER BY event.order_id, event.at, event.id
