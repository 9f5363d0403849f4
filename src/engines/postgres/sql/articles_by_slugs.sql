SELECT
    id, slug, title, status, tags, CASE WHEN $2::boolean THEN blocks END AS blocks, author_id, product_ids,
    published_at, created_at, version
FROM articles
WHERE slug = ANY($1::text[])
  AND ($3::boolean OR status = 'PUBLISHED' OR author_id = $4::uuid)
