SELECT customer_id, count(*)
FROM activity
WHERE customer_id IN (SELECT unhex(value) FROM json_each(?1))
GROUP BY customer_id;
