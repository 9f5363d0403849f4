SELECT
    id, sku, slug, name, CASE WHEN $2::boolean THEN description ELSE '' END AS description,
    price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE id = ANY($1::uuid[])
