DROP TABLE IF EXISTS orders;
CREATE TABLE orders (id bigint PRIMARY KEY, doc jsonb NOT NULL);
