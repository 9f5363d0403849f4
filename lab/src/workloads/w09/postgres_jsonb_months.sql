WITH months AS (
    SELECT to_char(to_timestamp((o.doc ->> 'placed')::bigint / 1000) AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
           count(DISTINCT o.id) AS orders,
           sum((i.value ->> 'quantity')::bigint * (i.value ->> 'cents')::bigint)::bigint AS revenue
    FROM orders AS o
    CROSS JOIN jsonb_array_elements(o.doc -> 'items') AS i
    WHERE (o.doc ->> 'placed')::bigint >= $1 AND (o.doc ->> 'placed')::bigint < $2 AND o.doc ->> 'status' <> 'CANCELLED'
    GROUP BY 1
)
SELECT month, orders, revenue,
       lag(revenue) OVER (ORDER BY month) AS before,
       sum(revenue) OVER (ORDER BY month)::bigint AS running
FROM months
ORDER BY month
