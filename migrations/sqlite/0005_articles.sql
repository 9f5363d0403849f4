-- Articles: documents made of content blocks. From here on nothing refers to customers, products or orders: documents may
-- live in another database than the facts, and what they name may be gone.
CREATE TABLE articles (
    number       INTEGER NOT NULL PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    slug         TEXT    NOT NULL UNIQUE,
    title        TEXT    NOT NULL,
    status       TEXT    NOT NULL CHECK (status IN ('DRAFT', 'PUBLISHED')),
    author_id    BLOB    NOT NULL CHECK (length(author_id) = 16),
    -- JSON arrays, in the author's order: of words, and of ids as 32 hexadecimal digits
    tags         TEXT    NOT NULL CHECK (json_type(tags) = 'array'),
    product_ids  TEXT    NOT NULL CHECK (json_type(product_ids) = 'array'),
    published_at INTEGER CHECK (published_at >= 0),
    created_at   INTEGER NOT NULL CHECK (created_at >= 0),
    version      INTEGER NOT NULL CHECK (version > 0),
    -- last, because it is long: what is read without it never touches the pages it runs over to
    blocks       TEXT    NOT NULL CHECK (json_type(blocks) = 'array')
) STRICT;

CREATE INDEX articles_created ON articles (created_at, id, status, author_id);
CREATE INDEX articles_title ON articles (title, id, status, author_id);
CREATE INDEX articles_author ON articles (author_id, created_at, id, status);

-- SQLite has no index into an array, so the arrays are spread into two side tables. They repeat what the article's lists are
-- sorted and chosen by, so that one walk through a side table gives a page.
CREATE TABLE article_tags (
    tag        TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    number     INTEGER NOT NULL,
    PRIMARY KEY (tag, created_at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_tags_number ON article_tags (number);

-- only published articles: nobody else asks for the articles about a product
CREATE TABLE article_products (
    product_id BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    number     INTEGER NOT NULL,
    PRIMARY KEY (product_id, created_at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_products_number ON article_products (number);

-- Triggers keep the side tables in step, whoever writes the article. `OR IGNORE`: a tag that stands twice counts once.
CREATE TRIGGER articles_inserted AFTER INSERT ON articles BEGIN
    INSERT OR IGNORE INTO article_tags SELECT value, new.created_at, new.id, new.number FROM json_each(new.tags);
    INSERT OR IGNORE INTO article_products
    SELECT unhex(value), new.created_at, new.id, new.number FROM json_each(new.product_ids) WHERE new.status = 'PUBLISHED';
END;
CREATE TRIGGER articles_updated AFTER UPDATE ON articles BEGIN
    DELETE FROM article_tags WHERE number = old.number;
    DELETE FROM article_products WHERE number = old.number;
    INSERT OR IGNORE INTO article_tags SELECT value, new.created_at, new.id, new.number FROM json_each(new.tags);
    INSERT OR IGNORE INTO article_products
    SELECT unhex(value), new.created_at, new.id, new.number FROM json_each(new.product_ids) WHERE new.status = 'PUBLISHED';
END;

-- the words of each article, made by the program; see product_words
CREATE VIRTUAL TABLE article_words USING fts5 (
    title, body, content = '', contentless_delete = 1, detail = column, tokenize = 'ascii'
);
