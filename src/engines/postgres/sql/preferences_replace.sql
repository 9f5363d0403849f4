UPDATE preferences
SET version = $2, body = $3
WHERE customer_id = $1 AND version = $2 - 1
