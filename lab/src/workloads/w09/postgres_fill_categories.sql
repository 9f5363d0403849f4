INSERT INTO categories
SELECT (row ->> 0)::bigint, row ->> 1
FROM jsonb_array_elements($1) AS rows (row)
