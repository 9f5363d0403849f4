INSERT INTO activity (id, customer_id, kind, at, order_id, product_id, article_id, data)
SELECT id, customer_id, kind, at, order_id, product_id, article_id, data
FROM unnest(
    $1::uuid[],
    $2::uuid[],
    $3::text[],
    $4::timestamptz[],
    $5::uuid[],
    $6::uuid[],
    $7::uuid[],
    $8::jsonb[]
) AS given (id, customer_id, kind, at, order_id, product_id, article_id, data)
ON CONFLICT (id) DO NOTHING
