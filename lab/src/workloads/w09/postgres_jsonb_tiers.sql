WITH customers AS (
    SELECT (o.doc ->> 'customer')::bigint AS customer,
           sum((i.value ->> 'quantity')::bigint * (i.value ->> 'cents')::bigint)::bigint AS spent
    FROM orders AS o
    CROSS JOIN jsonb_array_elements(o.doc -> 'items') AS i
    WHERE (o.doc ->> 'placed')::bigint >= $1 AND (o.doc ->> 'placed')::bigint < $2 AND o.doc ->> 'status' <> 'CANCELLED'
    GROUP BY 1
    HAVING sum((i.value ->> 'quantity')::bigint * (i.value ->> 'cents')::bigint) >= 10000
)
SELECT CASE WHEN spent >= 200000 THEN 'gold' WHEN spent >= 50000 THEN 'silver' ELSE 'bronze' END AS tier,
       count(*) AS customers,
       sum(spent)::bigint AS revenue
FROM customers
GROUP BY 1
ORDER BY 1
