-- CROSS JOIN keeps the order of the tables: from the orders of the period to their lines
WITH sold AS (
    SELECT customer_id AS key,
        count(DISTINCT orders.id) AS orders, sum(quantity) AS units,
        sum(unit_price_minor * quantity - discount_minor) AS revenue
    FROM orders
    CROSS JOIN order_items ON order_id = orders.id
    WHERE placed_at >= ?1 AND placed_at < ?2 AND status <> 'CANCELLED'
    GROUP BY customer_id
)
SELECT sold.key, customers.name AS label, orders, units, revenue, (SELECT code FROM currencies) AS currency,
    sum(revenue) OVER in_order AS running_total,
    rank() OVER (ORDER BY revenue DESC) AS rank,
    lag(revenue) OVER in_order AS previous
FROM sold
JOIN customers ON customers.id = sold.key
WINDOW in_order AS (ORDER BY revenue DESC, sold.key ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
ORDER BY revenue DESC, sold.key
LIMIT ?3;
