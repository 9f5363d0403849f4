DROP TABLE IF EXISTS members;
CREATE TABLE members (
    member bigint PRIMARY KEY,
    score  bigint NOT NULL
);
-- in the order of the board: the ten best are its first ten entries
CREATE INDEX members_board ON members (score DESC, member);
