INSERT INTO customers (id, email, name, tier, created_at)
SELECT id, email, name, tier, created_at
FROM unnest(
    $1::uuid[],
    $2::text[],
    $3::text[],
    $4::text[],
    $5::timestamptz[]
) AS given (id, email, name, tier, created_at)
ON CONFLICT (id) DO UPDATE SET
    email = excluded.email,
    name = excluded.name,
    tier = excluded.tier,
    created_at = excluded.created_at
