SELECT customer_id, sum(total_minor) AS spent_minor, (SELECT code FROM currencies) AS currency
FROM orders
WHERE customer_id IN (SELECT unhex(value) FROM json_each(?1)) AND status <> 'CANCELLED'
GROUP BY customer_id;
