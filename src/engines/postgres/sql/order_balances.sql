SELECT
    id,
    currency,
    (
        SELECT coalesce(sum(amount_minor), 0)::bigint
        FROM ledger
        WHERE order_id = orders.id AND account = 'RECEIVABLE'
    ) AS owed
FROM orders
WHERE id = ANY($1::uuid[])
