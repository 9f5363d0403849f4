INSERT INTO order_items (order_id, line, product_id, quantity, unit_price_minor, discount_minor)
SELECT *
FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[])
