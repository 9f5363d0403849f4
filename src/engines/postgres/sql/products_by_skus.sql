SELECT id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE sku = ANY($1::text[])
