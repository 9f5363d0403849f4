INSERT INTO jsonb_documents (id, doc)
SELECT given.id, jsonb_build_object('views', $3::bigint, 'body', given.body)
FROM unnest($1::bigint[], $2::text[]) AS given (id, body)
