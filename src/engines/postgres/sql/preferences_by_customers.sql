SELECT customer_id, version, body
FROM preferences
WHERE customer_id = ANY($1::uuid[])
