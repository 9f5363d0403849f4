-- Comments: what readers say below an article. No foreign key to customers, for the reason given with articles.
CREATE TABLE comments (
    id uuid PRIMARY KEY,
    article_id uuid NOT NULL,
    author_id uuid NOT NULL,
    body text COLLATE "C" NOT NULL CONSTRAINT comments_body_length CHECK (char_length(body) BETWEEN 1 AND 5000),
    created_at timestamptz(3) NOT NULL
);

-- The newest comments of each of many articles.
CREATE INDEX comments_by_article ON comments (article_id, created_at, id);
