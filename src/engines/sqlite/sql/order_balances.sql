SELECT id, currency, (
    SELECT coalesce(sum(amount_minor), 0) FROM ledger WHERE order_id = orders.id AND account = 'RECEIVABLE'
) AS owed
FROM orders
WHERE id IN (SELECT unhex(value) FROM json_each(?1));
