-- $1: the client. $2: the period in milliseconds. $3: the limit. No row: refused.
INSERT INTO limits AS known (client, begun, taken)
VALUES ($1, floor(extract(epoch FROM clock_timestamp()) * 1000 / $2::bigint)::bigint, 1)
ON CONFLICT (client) DO UPDATE
SET begun = excluded.begun, taken = CASE WHEN known.begun = excluded.begun THEN known.taken + 1 ELSE 1 END
WHERE known.begun <> excluded.begun OR known.taken < $3
RETURNING taken
