DROP TABLE IF EXISTS members;
CREATE TABLE members (
    id  INTEGER PRIMARY KEY,
    doc TEXT NOT NULL
) STRICT;
CREATE INDEX members_board ON members (doc ->> 'score' DESC, doc ->> 'member');
