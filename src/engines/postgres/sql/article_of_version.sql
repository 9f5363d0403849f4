SELECT id, version, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at
FROM articles
WHERE id = $1 AND version = $2
UNION ALL
SELECT article_id, version, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at
FROM article_revisions
WHERE article_id = $1 AND version = $2
LIMIT 1
