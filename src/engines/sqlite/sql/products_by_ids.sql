SELECT
    id, sku, slug, name, CASE WHEN ?2 THEN description ELSE '' END AS description,
    price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE id IN (SELECT unhex(value) FROM json_each(?1));
