UPDATE jsonb_documents
SET doc = jsonb_set(doc, '{views}', to_jsonb((doc ->> 'views')::bigint + 1))
WHERE id = $1
