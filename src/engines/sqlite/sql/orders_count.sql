SELECT count(*)
FROM orders
WHERE (?1 IS NULL OR customer_id = ?1) AND (?2 IS NULL OR status = ?2) AND placed_at >= ?3 AND placed_at < ?4;
