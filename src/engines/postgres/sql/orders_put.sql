INSERT INTO orders (id, customer_id, status, placed_at, total_minor, currency, version)
SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM unnest(
    $1::uuid[],
    $2::uuid[],
    $3::text[],
    $4::timestamptz[],
    $5::bigint[],
    $6::text[],
    $7::bigint[]
) AS given (id, customer_id, status, placed_at, total_minor, currency, version)
ON CONFLICT (id) DO UPDATE SET
    customer_id = excluded.customer_id,
    status = excluded.status,
    placed_at = excluded.placed_at,
    total_minor = excluded.total_minor,
    currency = excluded.currency,
    version = excluded.version
