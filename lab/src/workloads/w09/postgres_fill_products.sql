INSERT INTO products
SELECT (row ->> 0)::bigint, row ->> 1, (row ->> 2)::bigint
FROM jsonb_array_elements($1) AS rows (row)
