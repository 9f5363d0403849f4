SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM orders
WHERE id = ?1 AND (?2 IS NULL OR customer_id = ?2);
