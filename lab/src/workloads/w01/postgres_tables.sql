DROP TABLE IF EXISTS items, orders, products, customers;
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL);
CREATE TABLE products (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
    id       bigint PRIMARY KEY,
    customer bigint NOT NULL,
    placed   bigint NOT NULL,
    status   text NOT NULL,
    note     text,
    total    bigint NOT NULL
);
CREATE TABLE items (
    order_id bigint NOT NULL,
    line     bigint NOT NULL,
    product  bigint NOT NULL,
    quantity bigint NOT NULL,
    cents    bigint NOT NULL,
    PRIMARY KEY (order_id, line)
);
