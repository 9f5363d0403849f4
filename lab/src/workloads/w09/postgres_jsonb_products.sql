WITH sold AS (
    SELECT i.value ->> 'category' AS category,
           i.value ->> 'product' AS product,
           sum((i.value ->> 'quantity')::bigint * (i.value ->> 'cents')::bigint)::bigint AS revenue
    FROM orders AS o
    CROSS JOIN jsonb_array_elements(o.doc -> 'items') AS i
    WHERE (o.doc ->> 'placed')::bigint >= $1 AND (o.doc ->> 'placed')::bigint < $2 AND o.doc ->> 'status' <> 'CANCELLED'
    GROUP BY 1, 2
),
placed AS (
    SELECT category, product, revenue,
           row_number() OVER (PARTITION BY category ORDER BY revenue DESC, product) AS place
    FROM sold
)
SELECT category, product, revenue, place
FROM placed
WHERE place <= 3
ORDER BY category, place
