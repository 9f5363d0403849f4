SELECT customer_id AS parent, count(*) AS total
FROM orders
WHERE customer_id = ANY($1::uuid[])
GROUP BY customer_id
