SELECT product_id, sum(quantity)::bigint AS units
FROM order_items
JOIN orders ON orders.id = order_items.order_id
WHERE orders.status <> 'CANCELLED'
GROUP BY product_id
