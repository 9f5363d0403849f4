-- Money columns do not repeat the currency: a line is in its order's. The ids stand twice, so that both tables are looked up by their indexes: told
-- only of the lines, the planner reads all orders to find those of fifty.
SELECT order_id, line, product_id, quantity, unit_price_minor, discount_minor, orders.currency
FROM order_items
JOIN orders ON orders.id = order_items.order_id
WHERE order_items.order_id = ANY($1::uuid[]) AND orders.id = ANY($1::uuid[])
ORDER BY order_id, line
