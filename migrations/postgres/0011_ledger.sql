-- The ledger: what is owed and what was paid is the sum of its entries, and stands nowhere else. Double entry: the entries of
-- an order sum to zero. Append-only: a mistake is put right by another entry.
CREATE TABLE ledger (
    order_id uuid NOT NULL CONSTRAINT ledger_order_exists REFERENCES orders (id),
    -- 1, 2, 3 … within the order
    entry bigint NOT NULL CONSTRAINT ledger_entry_above_zero CHECK (entry > 0),
    account text COLLATE "C" NOT NULL CONSTRAINT ledger_account_known CHECK (account IN ('RECEIVABLE', 'CASH', 'SALES')),
    -- a debit is above zero, a credit below
    amount_minor bigint NOT NULL CONSTRAINT ledger_amount_not_zero CHECK (amount_minor <> 0),
    currency text COLLATE "C" NOT NULL CONSTRAINT ledger_currency_is_the_shops REFERENCES currencies (code),
    at timestamptz(3) NOT NULL,
    -- an order's entries lie beside each other: its balances are one step into this index
    PRIMARY KEY (order_id, entry)
);

-- The orders that are here already, with the balances of their status.
INSERT INTO ledger (order_id, entry, account, amount_minor, currency, at)
SELECT
    orders.id,
    row_number() OVER (PARTITION BY orders.id ORDER BY balance.place),
    balance.account,
    balance.amount,
    orders.currency,
    orders.placed_at
FROM orders
CROSS JOIN LATERAL (
    VALUES
        (1, 'RECEIVABLE', CASE WHEN status = 'PLACED' THEN total_minor ELSE 0 END),
        (2, 'CASH', CASE WHEN status IN ('PAID', 'SHIPPED') THEN total_minor ELSE 0 END),
        (3, 'SALES', CASE WHEN status = 'CANCELLED' THEN 0 ELSE -total_minor END)
) AS balance (place, account, amount)
WHERE balance.amount <> 0;

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: enter the difference' USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
