WITH customers AS (
    SELECT o.doc ->> 'customer' AS customer,
           sum((i.value ->> 'quantity') * (i.value ->> 'cents')) AS spent
    FROM orders AS o
    CROSS JOIN json_each(o.doc, '$.items') AS i
    WHERE o.doc ->> 'placed' >= ?1 AND o.doc ->> 'placed' < ?2 AND o.doc ->> 'status' <> 'CANCELLED'
    GROUP BY 1
    HAVING sum((i.value ->> 'quantity') * (i.value ->> 'cents')) >= 10000
)
SELECT CASE WHEN spent >= 200000 THEN 'gold' WHEN spent >= 50000 THEN 'silver' ELSE 'bronze' END AS tier,
       count(*) AS customers,
       sum(spent) AS revenue
FROM customers
GROUP BY 1
ORDER BY 1
