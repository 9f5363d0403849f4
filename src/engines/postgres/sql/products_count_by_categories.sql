SELECT category_id AS parent, count(*) AS total
FROM products
WHERE category_id = ANY($1::uuid[])
GROUP BY category_id
