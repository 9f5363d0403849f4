DROP TABLE IF EXISTS members;
CREATE TABLE members (
    member INTEGER PRIMARY KEY,
    score  INTEGER NOT NULL
) STRICT;
-- in the order of the board: the ten best are its first ten entries
CREATE INDEX members_board ON members (score DESC, member);
