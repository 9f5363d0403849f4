-- Customers: who buys, and who writes in the magazine.
--
-- Ids are the 16 bytes of a UUIDv7: a third of their text, and compared as fast as a number. Times are milliseconds since
-- 1970 in UTC, because that is what all the engines keep. STRICT, because SQLite otherwise takes any type in any column.
-- WITHOUT ROWID keeps the row in the tree of its id: one descent instead of two, and every index ends in the id for free.
CREATE TABLE customers (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- compared by bytes; the shop writes addresses in lower case, so that one person cannot have two accounts by spelling
    email      TEXT    NOT NULL UNIQUE CHECK (email = lower(email)),
    name       TEXT    NOT NULL,
    tier       TEXT    NOT NULL CHECK (tier IN ('STANDARD', 'SILVER', 'GOLD')),
    created_at INTEGER NOT NULL CHECK (created_at >= 0)
) STRICT, WITHOUT ROWID;

-- the list of customers, and the list of one tier, are read in this order, in both directions
CREATE INDEX customers_created ON customers (created_at, id);
CREATE INDEX customers_tier ON customers (tier, created_at, id);
