-- The products are locked and were looked at; the guard is there all the same, and whoever reads the answer counts its rows.
WITH taken AS (
    UPDATE products
    SET stock = products.stock - given.pieces, version = products.version + 1
    FROM unnest($1::uuid[], $2::bigint[]) AS given (id, pieces)
    WHERE products.id = given.id AND products.stock >= given.pieces
    RETURNING products.id, products.stock, products.version
),
head AS (
    INSERT INTO orders (id, customer_id, status, placed_at, total_minor, currency, version)
    VALUES ($3, $4, $5, $6, $7, $8, $9)
),
lines AS (
    INSERT INTO order_items (order_id, line, product_id, quantity, unit_price_minor, discount_minor)
    SELECT $3, *
    FROM unnest($10::integer[], $11::uuid[], $12::bigint[], $13::bigint[], $14::bigint[])
),
entries AS (
    INSERT INTO ledger (order_id, entry, account, amount_minor, currency, at)
    SELECT $3, row_number() OVER (ORDER BY place), account, amount, $8, $6
    FROM unnest($15::text[], $16::bigint[]) WITH ORDINALITY AS given (account, amount, place)
    WHERE amount <> 0
)
SELECT id, stock, version
FROM taken
ORDER BY id
