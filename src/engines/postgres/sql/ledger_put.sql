-- Enters what is missing to the given balances: nothing, if the ledger holds them already.
INSERT INTO ledger (order_id, entry, account, amount_minor, currency, at)
SELECT
    given.order_id,
    coalesce(earlier.entry, 0) + row_number() OVER (PARTITION BY given.order_id ORDER BY given.place),
    given.account,
    given.amount - coalesce(held.amount, 0),
    given.currency,
    given.at
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[])
    WITH ORDINALITY AS given (order_id, account, amount, currency, at, place)
LEFT JOIN (
    SELECT order_id, account, sum(amount_minor) AS amount
    FROM ledger
    WHERE order_id = ANY($1)
    GROUP BY order_id, account
) AS held USING (order_id, account)
LEFT JOIN (
    SELECT order_id, max(entry) AS entry
    FROM ledger
    WHERE order_id = ANY($1)
    GROUP BY order_id
) AS earlier USING (order_id)
WHERE given.amount <> coalesce(held.amount, 0)
