INSERT INTO orders
SELECT (value ->> 'id')::bigint, value
FROM jsonb_array_elements($1)
