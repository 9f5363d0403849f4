SELECT o.id, o.placed, o.status, o.note, o.total,
       c.id, c.name, c.email,
       i.line, p.id, p.name, i.quantity, i.cents
FROM orders AS o
JOIN customers AS c ON c.id = o.customer
JOIN items AS i ON i.order_id = o.id
JOIN products AS p ON p.id = i.product
WHERE o.id = ?1
ORDER BY i.line
