SELECT i.order_id, i.line, p.name, i.quantity, i.cents
FROM items AS i
JOIN products AS p ON p.id = i.product
WHERE i.order_id = ANY ($1)
ORDER BY i.order_id, i.line
