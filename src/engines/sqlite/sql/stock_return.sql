UPDATE products SET stock = min(products.stock + given.pieces, ?2), version = products.version + 1
FROM (SELECT unhex(value ->> 0) AS product_id, value ->> 1 AS pieces FROM json_each(?1)) AS given
WHERE products.id = given.product_id
RETURNING id, stock, version;
