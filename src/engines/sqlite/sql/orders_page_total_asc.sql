SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM orders
WHERE (total_minor, id) < (?1, ?2) AND (total_minor, id) > (?3, ?4)
    AND (?6 IS NULL OR customer_id = ?6)
    AND placed_at >= ?8 AND placed_at < ?9 AND (?7 IS NULL OR status = ?7)
ORDER BY total_minor ASC, id ASC
LIMIT ?5;
