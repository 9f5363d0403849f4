-- Categories: a tree, each row names its parent.
--
-- The parent's key is checked when the transaction ends and not row by row: a whole tree may be written in any order.
CREATE TABLE categories (
    id uuid PRIMARY KEY,
    slug text COLLATE "C" NOT NULL CONSTRAINT categories_slug_unique UNIQUE,
    name text COLLATE "C" NOT NULL CONSTRAINT categories_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    parent_id uuid CONSTRAINT categories_parent_exists REFERENCES categories (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT categories_parent_is_another CHECK (parent_id <> id)
);

-- The children of a category, and with parent_id IS NULL the roots, in the order in which they are shown.
CREATE INDEX categories_by_parent ON categories (parent_id, name, id);
