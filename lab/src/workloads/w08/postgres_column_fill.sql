INSERT INTO documents (id, views, body)
SELECT given.id, $3, given.body
FROM unnest($1::bigint[], $2::text[]) AS given (id, body)
