SELECT id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE sku IN (SELECT value FROM json_each(?1));
