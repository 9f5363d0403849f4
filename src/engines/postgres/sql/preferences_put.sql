INSERT INTO preferences (customer_id, version, body)
SELECT customer_id, version, body
FROM unnest(
    $1::uuid[],
    $2::bigint[],
    $3::jsonb[]
) AS given (customer_id, version, body)
ON CONFLICT (customer_id) DO UPDATE SET
    version = excluded.version,
    body = excluded.body
