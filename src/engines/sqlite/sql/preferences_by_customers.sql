SELECT customer_id, body
FROM preferences
WHERE customer_id IN (SELECT unhex(value) FROM json_each(?1));
