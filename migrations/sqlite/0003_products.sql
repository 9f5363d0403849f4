-- The currency the shop trades in. Sums over products of different currencies mean nothing, so there is exactly one: the
-- first product brings it, `only_one` keeps a second one out, and the foreign keys below refuse whatever is in another.
CREATE TABLE currencies (
    code     TEXT    NOT NULL PRIMARY KEY CHECK (length(code) = 3),
    only_one INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (only_one = 1)
) STRICT, WITHOUT ROWID;

-- Products: what is for sale. The number is for the full-text index, which knows rows by whole numbers only; an INTEGER
-- PRIMARY KEY is the one kind of row number that VACUUM leaves alone.
CREATE TABLE products (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    sku         TEXT    NOT NULL UNIQUE,
    slug        TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    -- money is whole minor units: 1,250 is 12.50 EUR
    price_minor INTEGER NOT NULL CHECK (price_minor > 0),
    currency    TEXT    NOT NULL REFERENCES currencies (code),
    -- never sell what is not there, whatever the program above does
    stock       INTEGER NOT NULL CHECK (stock >= 0),
    category_id BLOB    NOT NULL REFERENCES categories (id),
    created_at  INTEGER NOT NULL CHECK (created_at >= 0),
    version     INTEGER NOT NULL CHECK (version > 0)
) STRICT;

-- One index for each order of the list, read in both directions. Behind the key stand the columns that the list can be
-- filtered by, so that a filter that passes few rows walks the small index and not the table.
CREATE INDEX products_created ON products (created_at, id, price_minor, stock, category_id);
CREATE INDEX products_name ON products (name, id, price_minor, stock, category_id);
CREATE INDEX products_price ON products (price_minor, id, stock, category_id);
CREATE INDEX products_category ON products (category_id, created_at, id, price_minor, stock);

-- The words of each product. The program splits texts into words itself, for all engines alike, and writes them here in
-- lower case with blanks between them; the tokeniser `ascii` then cuts at the blanks and changes nothing.
-- Contentless: the texts are not kept a second time. detail=column: which column a word is in, but not where.
CREATE VIRTUAL TABLE product_words USING fts5 (
    name, description, content = '', contentless_delete = 1, detail = column, tokenize = 'ascii'
);
