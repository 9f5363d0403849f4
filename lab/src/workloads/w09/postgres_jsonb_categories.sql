WITH sold AS (
    SELECT i.value ->> 'category' AS category,
           sum((i.value ->> 'quantity')::bigint * (i.value ->> 'cents')::bigint)::bigint AS revenue,
           sum((i.value ->> 'quantity')::bigint)::bigint AS units
    FROM orders AS o
    CROSS JOIN jsonb_array_elements(o.doc -> 'items') AS i
    WHERE (o.doc ->> 'placed')::bigint >= $1 AND (o.doc ->> 'placed')::bigint < $2 AND o.doc ->> 'status' <> 'CANCELLED'
    GROUP BY 1
)
SELECT category, revenue, units,
       rank() OVER (ORDER BY revenue DESC, category) AS place,
       sum(revenue) OVER ()::bigint AS total
FROM sold
ORDER BY place
