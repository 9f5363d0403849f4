SELECT id, name, price_minor, currency, category_id
FROM products
WHERE id = ANY($1::uuid[])
