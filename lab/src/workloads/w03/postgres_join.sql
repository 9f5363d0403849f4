SELECT o.id, o.placed, c.name, i.line, p.name, i.quantity, i.cents
FROM (SELECT id, placed, customer FROM orders WHERE id >= $1 ORDER BY id LIMIT $2) AS o
JOIN customers AS c ON c.id = o.customer
JOIN items AS i ON i.order_id = o.id
JOIN products AS p ON p.id = i.product
ORDER BY o.id, i.line
