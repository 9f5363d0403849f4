SELECT customer_id, version, body
FROM preferences
WHERE customer_id IN (SELECT unhex(value) FROM json_each(?1));
