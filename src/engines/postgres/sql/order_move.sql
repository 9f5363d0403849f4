-- The order and the products of the pieces that come back are locked. The ledger gets what is missing to the new balances.
WITH returned AS (
    UPDATE products
    SET stock = least(products.stock + given.pieces, $3), version = products.version + 1
    FROM unnest($1::uuid[], $2::bigint[]) AS given (id, pieces)
    WHERE products.id = given.id
    RETURNING products.id, products.stock, products.version
),
moved AS (
    UPDATE orders
    SET status = $5, version = version + 1
    WHERE id = $4
),
held AS (
    SELECT account, amount_minor, entry
    FROM ledger
    WHERE order_id = $4
),
entries AS (
    INSERT INTO ledger (order_id, entry, account, amount_minor, currency, at)
    SELECT
        $4,
        (SELECT coalesce(max(entry), 0) FROM held) + row_number() OVER (ORDER BY given.place),
        given.account,
        given.amount,
        $8,
        $9
    FROM (
        SELECT wanted.place, wanted.account, wanted.amount - coalesce(sum(held.amount_minor), 0)::bigint AS amount
        FROM unnest($6::text[], $7::bigint[]) WITH ORDINALITY AS wanted (account, amount, place)
        LEFT JOIN held ON held.account = wanted.account
        GROUP BY wanted.place, wanted.account, wanted.amount
    ) AS given
    WHERE given.amount <> 0
)
SELECT id, stock, version
FROM returned
ORDER BY id
