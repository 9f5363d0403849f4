-- two halves, of which one is empty: all customers from the index by time, one tier from its own
SELECT id, email, name, tier, created_at
FROM customers
WHERE ?6 IS NULL AND (created_at, id) < (?1, ?2) AND (created_at, id) > (?3, ?4)
UNION ALL
SELECT id, email, name, tier, created_at
FROM customers
WHERE tier = ?6 AND (created_at, id) < (?1, ?2) AND (created_at, id) > (?3, ?4)
ORDER BY created_at ASC, id ASC
LIMIT ?5;
