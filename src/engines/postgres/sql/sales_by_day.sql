-- $1, $2: the period. $3: rows at most. Ranks and running totals are over all rows: windows run before LIMIT.
WITH sold AS (
    SELECT
        (placed_at AT TIME ZONE 'UTC')::date AS key,
        count(DISTINCT orders.id) AS orders,
        sum(quantity)::bigint AS units,
        sum(quantity * unit_price_minor - discount_minor)::bigint AS revenue
    FROM orders
    JOIN order_items ON order_items.order_id = orders.id
    WHERE placed_at >= $1 AND placed_at < $2 AND status <> 'CANCELLED'
    GROUP BY 1
)
SELECT
    to_char(key, 'YYYY-MM-DD') AS key,
    to_char(key, 'YYYY-MM-DD') AS label,
    orders,
    units,
    revenue,
    (SELECT code FROM currencies) AS currency,
    (sum(revenue) OVER (ORDER BY sold.key ROWS UNBOUNDED PRECEDING))::bigint AS running_total,
    rank() OVER (ORDER BY revenue DESC) AS rank,
    lag(revenue) OVER (ORDER BY sold.key) AS previous
FROM sold
ORDER BY sold.key
LIMIT $3
