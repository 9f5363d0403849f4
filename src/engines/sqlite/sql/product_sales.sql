-- CROSS JOIN: both tables in the order of the order's id, and not one look-up for each line
SELECT product_id, sum(quantity)
FROM orders
CROSS JOIN order_items ON order_id = orders.id
WHERE status <> 'CANCELLED'
GROUP BY product_id;
