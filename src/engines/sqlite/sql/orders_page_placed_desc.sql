-- two halves, of which one is empty: all customers from the index by time, one customer from their own
SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM orders
WHERE ?6 IS NULL AND (placed_at, id) < (?1, ?2) AND (placed_at, id) > (?3, ?4) AND (?7 IS NULL OR status = ?7)
UNION ALL
SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM orders
WHERE customer_id = ?6 AND (placed_at, id) < (?1, ?2) AND (placed_at, id) > (?3, ?4) AND (?7 IS NULL OR status = ?7)
ORDER BY placed_at DESC, id DESC
LIMIT ?5;
