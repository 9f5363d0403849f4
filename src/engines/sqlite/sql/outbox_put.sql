INSERT INTO outbox (id, aggregate, sequence, at, fact)
SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value -> 4 FROM json_each(?1);
