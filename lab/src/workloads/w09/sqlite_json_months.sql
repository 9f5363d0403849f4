WITH months AS (
    SELECT strftime('%Y-%m', (o.doc ->> 'placed') / 1000, 'unixepoch') AS month,
           count(DISTINCT o.id) AS orders,
           sum((i.value ->> 'quantity') * (i.value ->> 'cents')) AS revenue
    FROM orders AS o
    CROSS JOIN json_each(o.doc, '$.items') AS i
    WHERE o.doc ->> 'placed' >= ?1 AND o.doc ->> 'placed' < ?2 AND o.doc ->> 'status' <> 'CANCELLED'
    GROUP BY 1
)
SELECT month, orders, revenue,
       lag(revenue) OVER (ORDER BY month) AS before,
       sum(revenue) OVER (ORDER BY month) AS running
FROM months
ORDER BY month
