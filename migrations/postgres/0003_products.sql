-- The shop trades in one currency. The table has room for one row: only_one is unique and can only be true. Everything that
-- holds money refers to the row, so an amount in another currency breaks a foreign key instead of spoiling a sum.
CREATE TABLE currencies (
    code text COLLATE "C" PRIMARY KEY CONSTRAINT currencies_code_shape CHECK (code ~ '^[A-Z]{3}$'),
    only_one boolean NOT NULL DEFAULT true CONSTRAINT currencies_only_one UNIQUE CHECK (only_one)
);

-- Products: what is for sale.
--
-- Amounts are bigint counts of minor units (cents): exact, and numeric would also accept NaN and Infinity.
CREATE TABLE products (
    id uuid PRIMARY KEY,
    sku text COLLATE "C" NOT NULL CONSTRAINT products_sku_unique UNIQUE,
    slug text COLLATE "C" NOT NULL CONSTRAINT products_slug_unique UNIQUE,
    name text COLLATE "C" NOT NULL CONSTRAINT products_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    description text COLLATE "C" NOT NULL CONSTRAINT products_description_length CHECK (char_length(description) <= 10000),
    price_minor bigint NOT NULL CONSTRAINT products_price_above_zero CHECK (price_minor > 0),
    currency text COLLATE "C" NOT NULL CONSTRAINT products_currency_is_the_shops REFERENCES currencies (code),
    -- The last guard against selling what is not there, whatever the program does.
    stock bigint NOT NULL CONSTRAINT products_stock_not_negative CHECK (stock >= 0),
    category_id uuid NOT NULL CONSTRAINT products_category_exists REFERENCES categories (id),
    created_at timestamptz(3) NOT NULL,
    version bigint NOT NULL,
    -- The words of name (weight A) and description (weight B). Not a generated to_tsvector(…) column: its parser keeps
    -- "example.com" and "12.50" in one piece and lower-cases by the database's locale, so this engine would find other rows
    -- than the others do. The program cuts the words with the shop's own tokeniser and hands them over as a tsvector.
    search tsvector NOT NULL
);

-- One index for each order in which products are listed, each readable from both ends.
CREATE INDEX products_by_creation ON products (created_at, id);
CREATE INDEX products_by_name ON products (name, id);
CREATE INDEX products_by_price ON products (price_minor, id);
-- The first products of each of many categories are a few steps into this index each.
CREATE INDEX products_by_category ON products (category_id, created_at, id);
CREATE INDEX products_by_words ON products USING gin (search);
