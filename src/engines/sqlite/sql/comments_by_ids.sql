SELECT id, article_id, author_id, body, created_at
FROM comments
WHERE id IN (SELECT unhex(value) FROM json_each(?1));
