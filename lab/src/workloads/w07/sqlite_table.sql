DROP TABLE IF EXISTS posts;
CREATE TABLE posts (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    title TEXT NOT NULL
) STRICT;
CREATE INDEX posts_newest_first ON posts (at DESC, id DESC);
