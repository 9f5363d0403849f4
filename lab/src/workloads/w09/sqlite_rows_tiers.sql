WITH customers AS (
    SELECT o.customer AS customer,
           sum(i.quantity * i.cents) AS spent
    FROM orders AS o
    JOIN items AS i ON i.order_id = o.id
    WHERE o.placed >= ?1 AND o.placed < ?2 AND o.status <> 'CANCELLED'
    GROUP BY 1
    HAVING sum(i.quantity * i.cents) >= 10000
)
SELECT CASE WHEN spent >= 200000 THEN 'gold' WHEN spent >= 50000 THEN 'silver' ELSE 'bronze' END AS tier,
       count(*) AS customers,
       sum(spent) AS revenue
FROM customers
GROUP BY 1
ORDER BY 1
