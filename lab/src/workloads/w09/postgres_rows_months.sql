WITH months AS (
    SELECT to_char(to_timestamp(o.placed / 1000) AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
           count(DISTINCT o.id) AS orders,
           sum(i.quantity * i.cents)::bigint AS revenue
    FROM orders AS o
    JOIN items AS i ON i.order_id = o.id
    WHERE o.placed >= $1 AND o.placed < $2 AND o.status <> 'CANCELLED'
    GROUP BY 1
)
SELECT month, orders, revenue,
       lag(revenue) OVER (ORDER BY month) AS before,
       sum(revenue) OVER (ORDER BY month)::bigint AS running
FROM months
ORDER BY month
