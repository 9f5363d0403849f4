-- The first currency stays: a second one meets the unique only_one, is left out, and the rows that use it fail on their
-- foreign key.
INSERT INTO currencies (code)
VALUES ($1)
ON CONFLICT DO NOTHING
