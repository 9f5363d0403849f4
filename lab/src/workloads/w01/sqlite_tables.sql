DROP TABLE IF EXISTS items;
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS products;
DROP TABLE IF EXISTS customers;
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL) STRICT;
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE orders (
    id       INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL,
    placed   INTEGER NOT NULL,
    status   TEXT NOT NULL,
    note     TEXT,
    total    INTEGER NOT NULL
) STRICT;
-- lines lie beside each other in the order of their orders
CREATE TABLE items (
    order_id INTEGER NOT NULL,
    line     INTEGER NOT NULL,
    product  INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    cents    INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;
