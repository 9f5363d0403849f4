-- $1: all words, anywhere. $2: all words, in the name (weight A).
SELECT id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE search @@ $1::tsquery
ORDER BY search @@ $2::tsquery DESC, created_at DESC, id DESC
LIMIT $3
