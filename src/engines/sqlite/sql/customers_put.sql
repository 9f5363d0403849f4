-- `WHERE true` tells the parser that ON belongs to the INSERT and not to a join
INSERT INTO customers (id, email, name, tier, created_at)
SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, tier = excluded.tier, created_at = excluded.created_at;
