SELECT product_id, count(*)
FROM article_products
WHERE product_id IN (SELECT unhex(value) FROM json_each(?1))
GROUP BY product_id;
