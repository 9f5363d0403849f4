-- Earlier versions of articles, whole: a row is written in the transaction that puts the next version in its place.
CREATE TABLE article_revisions (
    article_id   BLOB    NOT NULL CHECK (length(article_id) = 16),
    version      INTEGER NOT NULL,
    -- when the next version took its place
    replaced_at  INTEGER NOT NULL CHECK (replaced_at >= 0),
    slug         TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    author_id    BLOB    NOT NULL,
    tags         TEXT    NOT NULL,
    product_ids  TEXT    NOT NULL,
    published_at INTEGER,
    created_at   INTEGER NOT NULL,
    blocks       TEXT    NOT NULL,
    PRIMARY KEY (article_id, version)
) STRICT;

-- one article's revisions in the order in which they were replaced
CREATE INDEX article_revisions_time ON article_revisions (article_id, replaced_at, version);
