DROP TABLE IF EXISTS events;
DROP TABLE IF EXISTS orders;
CREATE TABLE orders (id INTEGER PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE INDEX orders_placed ON orders (doc ->> 'placed');
CREATE TABLE events (id INTEGER PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE INDEX events_at ON events (doc ->> 'at');
