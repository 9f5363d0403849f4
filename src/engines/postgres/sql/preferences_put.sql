INSERT INTO preferences (customer_id, body)
SELECT customer_id, body
FROM unnest(
    $1::uuid[],
    $2::jsonb[]
) AS given (customer_id, body)
ON CONFLICT (customer_id) DO UPDATE SET
    body = excluded.body
