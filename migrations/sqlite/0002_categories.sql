-- Categories: a tree of shelves.
CREATE TABLE categories (
    id        BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    slug      TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    -- deferred: the parent may be written after its child, as long as it is there at the end of the transaction
    parent_id BLOB REFERENCES categories (id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- the children of a category by name; the tree's roots are those with parent_id NULL, which SQLite's indexes hold too
CREATE INDEX categories_parent ON categories (parent_id, name, id);
