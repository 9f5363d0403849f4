SELECT customer_id, body
FROM preferences
WHERE customer_id = ANY($1::uuid[])
