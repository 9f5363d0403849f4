DROP TABLE IF EXISTS posts;
CREATE TABLE posts (
    id    bigint PRIMARY KEY,
    at    bigint NOT NULL,
    title text NOT NULL
);
CREATE INDEX posts_newest_first ON posts (at DESC, id DESC);
