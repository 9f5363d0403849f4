SELECT id, article_id, author_id, body, created_at
FROM comments
WHERE id = ANY($1::uuid[])
