SELECT id, customer_id, status, placed_at, total_minor, currency, version
FROM orders
WHERE id IN (SELECT unhex(value) FROM json_each(?1)) AND (?2 OR customer_id = ?3);
