INSERT INTO orders
SELECT (row ->> 0)::bigint, (row ->> 1)::bigint, (row ->> 2)::bigint, row ->> 3
FROM jsonb_array_elements($1) AS rows (row)
