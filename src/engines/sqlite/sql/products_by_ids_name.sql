SELECT id, name, category_id
FROM products
WHERE id IN (SELECT unhex(value) FROM json_each(?1));
