-- Not FOR UPDATE: orders that refer to the product need not wait for a lock on its key.
SELECT id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE id = $1
FOR NO KEY UPDATE
