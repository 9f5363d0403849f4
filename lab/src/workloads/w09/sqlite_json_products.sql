WITH sold AS (
    SELECT i.value ->> 'category' AS category,
           i.value ->> 'product' AS product,
           sum((i.value ->> 'quantity') * (i.value ->> 'cents')) AS revenue
    FROM orders AS o
    CROSS JOIN json_each(o.doc, '$.items') AS i
    WHERE o.doc ->> 'placed' >= ?1 AND o.doc ->> 'placed' < ?2 AND o.doc ->> 'status' <> 'CANCELLED'
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
