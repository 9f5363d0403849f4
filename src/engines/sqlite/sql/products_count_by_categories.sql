SELECT category_id, count(*)
FROM products
WHERE category_id IN (SELECT unhex(value) FROM json_each(?1))
GROUP BY category_id;
