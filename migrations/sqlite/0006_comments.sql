-- Comments: what readers say below an article. A comment may outlive its article and its author.
CREATE TABLE comments (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    article_id BLOB    NOT NULL CHECK (length(article_id) = 16),
    author_id  BLOB    NOT NULL CHECK (length(author_id) = 16),
    body       TEXT    NOT NULL,
    created_at INTEGER NOT NULL CHECK (created_at >= 0)
) STRICT;

-- one article's comments in order of time, both directions
CREATE INDEX comments_article ON comments (article_id, created_at, id);
