INSERT INTO comments (id, article_id, author_id, body, created_at)
VALUES ($1, $2, $3, $4, $5)
