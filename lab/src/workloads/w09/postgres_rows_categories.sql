WITH sold AS (
    SELECT c.name AS category,
           sum(i.quantity * i.cents)::bigint AS revenue,
           sum(i.quantity)::bigint AS units
    FROM orders AS o
    JOIN items AS i ON i.order_id = o.id
    JOIN products AS p ON p.id = i.product
    JOIN categories AS c ON c.id = p.category
    WHERE o.placed >= $1 AND o.placed < $2 AND o.status <> 'CANCELLED'
    GROUP BY 1
)
SELECT category, revenue, units,
       rank() OVER (ORDER BY revenue DESC, category) AS place,
       sum(revenue) OVER ()::bigint AS total
FROM sold
ORDER BY place
