-- the stock was looked at; the guard is there all the same, and whoever reads the answer counts its rows
UPDATE products SET stock = products.stock - given.pieces, version = products.version + 1
FROM (SELECT unhex(value ->> 0) AS product_id, value ->> 1 AS pieces FROM json_each(?1)) AS given
WHERE products.id = given.product_id AND products.stock >= given.pieces
RETURNING id, stock, version;
