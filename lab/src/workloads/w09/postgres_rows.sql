DROP TABLE IF EXISTS events, items, orders, products, categories;
CREATE TABLE categories (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE products (id bigint PRIMARY KEY, name text NOT NULL, category bigint NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint NOT NULL, placed bigint NOT NULL, status text NOT NULL);
CREATE INDEX orders_placed ON orders (placed);
CREATE TABLE items (
    order_id bigint NOT NULL,
    line     bigint NOT NULL,
    product  bigint NOT NULL,
    quantity bigint NOT NULL,
    cents    bigint NOT NULL,
    PRIMARY KEY (order_id, line)
);
CREATE TABLE events (id bigint PRIMARY KEY, at bigint NOT NULL, kind text NOT NULL, product bigint NOT NULL);
CREATE INDEX events_at ON events (at);
