-- All who take or return stock lock the products in this order, so they wait in a queue and never in a circle. Foreign keys may
-- go on referring to the rows meanwhile.
SELECT id, price_minor, currency, stock
FROM products
WHERE id = ANY($1::uuid[])
ORDER BY id
FOR NO KEY UPDATE
