INSERT INTO events
SELECT (row ->> 0)::bigint, (row ->> 1)::bigint, row ->> 2, (row ->> 3)::bigint
FROM jsonb_array_elements($1) AS rows (row)
