-- $1: all words, anywhere. $2: all words, in the title (weight A).
SELECT
    id, slug, title, status, tags, CASE WHEN $4::boolean THEN blocks END AS blocks, author_id, product_ids,
    published_at, created_at, version
FROM articles
WHERE search @@ $1::tsquery AND status = 'PUBLISHED'
ORDER BY search @@ $2::tsquery DESC, created_at DESC, id DESC
LIMIT $3
