-- Orders first: each is looked up once, and not once for each of its lines.
SELECT order_id, line, product_id, quantity, unit_price_minor, discount_minor, currency
FROM orders
CROSS JOIN order_items ON order_id = orders.id
WHERE orders.id IN (SELECT unhex(value) FROM json_each(?1))
ORDER BY orders.id, line;
