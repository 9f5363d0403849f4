-- Customers: who buys, and who writes in the magazine.
--
-- Ids are UUIDs of version 7, made by the program and not by the database: the same row can then be written to any engine,
-- a put that is sent twice is one row, and because such ids grow with time new rows land at the right edge of the index.
--
-- Texts that are compared or sorted have COLLATE "C": by their UTF-8 bytes. That is what the other engines do, it does not
-- change with the server's operating system, and it lets an index on the text serve both equality and order.
--
-- Times are timestamptz(3): whole milliseconds, because MongoDB keeps no more.
CREATE TABLE customers (
    id uuid PRIMARY KEY,
    -- The program writes addresses in lower case; the check keeps a second way of writing one address out of the table,
    -- which would slip past the unique index.
    email text COLLATE "C" NOT NULL CONSTRAINT customers_email_unique UNIQUE
        CONSTRAINT customers_email_lower_case CHECK (email = lower(email) AND octet_length(email) BETWEEN 1 AND 254),
    name text COLLATE "C" NOT NULL CONSTRAINT customers_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    tier text NOT NULL CONSTRAINT customers_tier_known CHECK (tier IN ('STANDARD', 'SILVER', 'GOLD')),
    created_at timestamptz(3) NOT NULL
);

-- Lists are newest first. The id ends every order, so that rows of one millisecond have a place too and a page can start
-- behind any of them. A B-tree is read from both ends: one index serves both directions.
CREATE INDEX customers_by_creation ON customers (created_at, id);
CREATE INDEX customers_by_tier ON customers (tier, created_at, id);
