INSERT INTO preferences (customer_id, version, body)
VALUES ($1, $2, $3)
ON CONFLICT (customer_id) DO NOTHING
