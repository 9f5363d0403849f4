SELECT unhex(parent.value) AS parent, orders.id, customer_id, status, placed_at, total_minor, currency, version
FROM json_each(?6) AS parent
CROSS JOIN orders ON orders.rowid IN (
    SELECT rowid FROM orders
    WHERE customer_id = unhex(parent.value) AND (placed_at, id) < (?1, ?2) AND (placed_at, id) > (?3, ?4)
    ORDER BY placed_at ASC, id ASC
    LIMIT ?5
)
ORDER BY placed_at ASC, orders.id ASC;
