SELECT
    id, slug, title, status, tags, CASE WHEN $2::boolean THEN blocks END AS blocks, author_id, product_ids,
    published_at, created_at, version
FROM articles
WHERE id = ANY($1::uuid[])
