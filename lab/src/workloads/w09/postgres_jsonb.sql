DROP TABLE IF EXISTS events, orders;
CREATE TABLE orders (id bigint PRIMARY KEY, doc jsonb NOT NULL);
CREATE INDEX orders_placed ON orders (((doc ->> 'placed')::bigint));
CREATE TABLE events (id bigint PRIMARY KEY, doc jsonb NOT NULL);
CREATE INDEX events_at ON events (((doc ->> 'at')::bigint));
