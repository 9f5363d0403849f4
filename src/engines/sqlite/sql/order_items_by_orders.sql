SELECT order_id, line, product_id, quantity, unit_price_minor, discount_minor, currency
FROM order_items
JOIN orders ON orders.id = order_id
WHERE order_id IN (SELECT unhex(value) FROM json_each(?1))
ORDER BY order_id, line;
