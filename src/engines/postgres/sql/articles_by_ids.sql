SELECT
    id, slug, title, status, tags, CASE WHEN $2::boolean THEN blocks END AS blocks, author_id, product_ids,
    published_at, created_at, version
FROM articles
WHERE id = ANY($1::uuid[])
  AND ($3::boolean OR status = 'PUBLISHED' OR author_id = $4::uuid)
