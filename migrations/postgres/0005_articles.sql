-- Articles: documents of the magazine.
--
-- What is searched, sorted or filtered is a column; the content, an array of blocks of six shapes, is one jsonb value in a
-- column of its own. PostgreSQL keeps a large value outside the row (TOAST) and reads it only when a statement asks for it:
-- lists do not.
--
-- No foreign keys to customers or products: documents may live in another database or another engine than those, and an
-- author's account or a product may be gone while the article stays.
CREATE TABLE articles (
    id uuid PRIMARY KEY,
    slug text COLLATE "C" NOT NULL CONSTRAINT articles_slug_unique UNIQUE,
    title text COLLATE "C" NOT NULL CONSTRAINT articles_title_length CHECK (char_length(title) BETWEEN 1 AND 200),
    status text NOT NULL CONSTRAINT articles_status_known CHECK (status IN ('DRAFT', 'PUBLISHED')),
    tags text[] COLLATE "C" NOT NULL,
    blocks jsonb NOT NULL CONSTRAINT articles_blocks_are_an_array CHECK (jsonb_typeof(blocks) = 'array'),
    author_id uuid NOT NULL,
    product_ids uuid[] NOT NULL,
    published_at timestamptz(3),
    created_at timestamptz(3) NOT NULL,
    version bigint NOT NULL,
    -- The words of title (weight A) and body (weight B), cut by the program: see products.search.
    search tsvector NOT NULL
);

CREATE INDEX articles_by_creation ON articles (created_at, id);
CREATE INDEX articles_by_title ON articles (title, id);
CREATE INDEX articles_by_status ON articles (status, created_at, id);
CREATE INDEX articles_by_author ON articles (author_id, created_at, id);
-- An inverted index holds each element of an array: "has this tag", "is about this product".
CREATE INDEX articles_by_tag ON articles USING gin (tags);
CREATE INDEX articles_by_product ON articles USING gin (product_ids);
CREATE INDEX articles_by_words ON articles USING gin (search);
