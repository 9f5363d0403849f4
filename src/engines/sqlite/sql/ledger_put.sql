-- enters what is missing to the given balances: nothing, if the ledger holds them already
INSERT INTO ledger (order_id, entry, account, amount_minor, currency, at)
SELECT order_id, earlier + row_number() OVER (PARTITION BY order_id ORDER BY place), account, amount, currency, at
FROM (
    SELECT unhex(value ->> 0) AS order_id, key AS place, value ->> 1 AS account,
        (value ->> 2) - (
            SELECT coalesce(sum(amount_minor), 0) FROM ledger
            WHERE ledger.order_id = unhex(value ->> 0) AND ledger.account = value ->> 1
        ) AS amount,
        value ->> 3 AS currency, value ->> 4 AS at,
        (SELECT coalesce(max(entry), 0) FROM ledger WHERE ledger.order_id = unhex(value ->> 0)) AS earlier
    FROM json_each(?1)
)
WHERE amount <> 0;
