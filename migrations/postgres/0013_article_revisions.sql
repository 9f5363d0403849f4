-- Earlier versions of articles, whole: a row is written in the transaction that puts the next version in its place. Nothing searches
-- in them; they are found by their article.
CREATE TABLE article_revisions (
    article_id uuid NOT NULL,
    version bigint NOT NULL,
    -- when the next version took its place
    replaced_at timestamptz(3) NOT NULL,
    slug text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL,
    status text NOT NULL,
    tags text[] COLLATE "C" NOT NULL,
    blocks jsonb NOT NULL,
    author_id uuid NOT NULL,
    product_ids uuid[] NOT NULL,
    published_at timestamptz(3),
    created_at timestamptz(3) NOT NULL,
    PRIMARY KEY (article_id, version)
);

-- The latest revisions of each of many articles.
CREATE INDEX article_revisions_by_time ON article_revisions (article_id, replaced_at, version);
