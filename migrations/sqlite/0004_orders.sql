-- Orders: the heads. That the total is the sum of the lines is checked by the program before it writes: a CHECK sees one row.
-- With row numbers, other than customers: only then does SQLite filter on an index alone and fetch the rows that pass.
CREATE TABLE orders (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer_id BLOB    NOT NULL REFERENCES customers (id),
    status      TEXT    NOT NULL CHECK (status IN ('PLACED', 'PAID', 'SHIPPED', 'CANCELLED')),
    placed_at   INTEGER NOT NULL CHECK (placed_at >= 0),
    total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
    currency    TEXT    NOT NULL REFERENCES currencies (code),
    version     INTEGER NOT NULL CHECK (version > 0)
) STRICT;

-- one index for each order of the list, with the columns it is filtered by; the last one is also for a customer's own orders
CREATE INDEX orders_placed ON orders (placed_at, id, status, customer_id);
CREATE INDEX orders_total ON orders (total_minor, id, status, customer_id, placed_at);
CREATE INDEX orders_customer ON orders (customer_id, placed_at, id, status, total_minor);

-- The lines. Price and discount are what was agreed on that day, so they stand here and not only in products.
CREATE TABLE order_items (
    order_id         BLOB    NOT NULL REFERENCES orders (id),
    line             INTEGER NOT NULL CHECK (line > 0),
    product_id       BLOB    NOT NULL REFERENCES products (id),
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor >= 0),
    discount_minor   INTEGER NOT NULL CHECK (discount_minor BETWEEN 0 AND unit_price_minor * quantity),
    PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

-- for the foreign key: a product that changes is looked for here
CREATE INDEX order_items_product ON order_items (product_id);
