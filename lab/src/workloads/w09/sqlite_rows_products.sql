WITH sold AS (
    SELECT c.name AS category,
           p.name AS product,
           sum(i.quantity * i.cents) AS revenue
    FROM orders AS o
    JOIN items AS i ON i.order_id = o.id
    JOIN products AS p ON p.id = i.product
    JOIN categories AS c ON c.id = p.category
    WHERE o.placed >= ?1 AND o.placed < ?2 AND o.status <> 'CANCELLED'
    GROUP BY 1, 2
),
placed AS (
    SELECT category, product, revenue,
           row_number() OVER (PARTITION BY category ORDER BY revenue DESC, product) AS place
    FROM sold
)
SELECT category, product, revenue, place
FROM placed
WHERE place <= 3
ORDER BY category, place
