WITH sold AS (
    SELECT i.value ->> 'category' AS category,
           sum((i.value ->> 'quantity') * (i.value ->> 'cents')) AS revenue,
           sum((i.value ->> 'quantity')) AS units
    FROM orders AS o
    CROSS JOIN json_each(o.doc, '$.items') AS i
    WHERE o.doc ->> 'placed' >= ?1 AND o.doc ->> 'placed' < ?2 AND o.doc ->> 'status' <> 'CANCELLED'
    GROUP BY 1
)
SELECT category, revenue, units,
       rank() OVER (ORDER BY revenue DESC, category) AS place,
       sum(revenue) OVER () AS total
FROM sold
ORDER BY place
