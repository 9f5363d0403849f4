DROP TABLE IF EXISTS items, orders, products, customers;
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE products (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, placed bigint NOT NULL, customer bigint NOT NULL);
CREATE TABLE items (
    order_id bigint NOT NULL,
    line     bigint NOT NULL,
    product  bigint NOT NULL,
    quantity bigint NOT NULL,
    cents    bigint NOT NULL,
    PRIMARY KEY (order_id, line)
);
