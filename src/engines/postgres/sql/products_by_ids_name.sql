SELECT id, name, category_id
FROM products
WHERE id = ANY($1::uuid[])
