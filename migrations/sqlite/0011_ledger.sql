-- The ledger: what is owed and what was paid is the sum of its entries, and stands nowhere else. Double entry: the entries of
-- an order sum to zero. Append-only: a mistake is put right by another entry.
CREATE TABLE ledger (
    order_id     BLOB    NOT NULL REFERENCES orders (id),
    -- 1, 2, 3 … within the order
    entry        INTEGER NOT NULL CHECK (entry > 0),
    account      TEXT    NOT NULL CHECK (account IN ('RECEIVABLE', 'CASH', 'SALES')),
    -- a debit is above zero, a credit below
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
    currency     TEXT    NOT NULL REFERENCES currencies (code),
    at           INTEGER NOT NULL CHECK (at >= 0),
    -- an order's entries lie beside each other
    PRIMARY KEY (order_id, entry)
) STRICT, WITHOUT ROWID;

-- The orders that are here already, with the balances of their status.
INSERT INTO ledger (order_id, entry, account, amount_minor, currency, at)
SELECT order_id, row_number() OVER (PARTITION BY order_id ORDER BY place), account, amount, currency, placed_at
FROM (
    SELECT id AS order_id, 1 AS place, 'RECEIVABLE' AS account, total_minor AS amount, currency, placed_at
    FROM orders WHERE status = 'PLACED'
    UNION ALL
    SELECT id, 2, 'CASH', total_minor, currency, placed_at FROM orders WHERE status IN ('PAID', 'SHIPPED')
    UNION ALL
    SELECT id, 3, 'SALES', -total_minor, currency, placed_at FROM orders WHERE status <> 'CANCELLED'
)
WHERE amount <> 0;

CREATE TRIGGER ledger_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: enter the difference'); END;
CREATE TRIGGER ledger_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: enter the difference'); END;
-- REPLACE deletes what stands in its way without asking the trigger above
CREATE TRIGGER ledger_replace BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM ledger WHERE order_id = NEW.order_id AND entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: enter the difference'); END;
