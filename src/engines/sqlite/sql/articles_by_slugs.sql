SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?2 THEN blocks END AS blocks
FROM articles
WHERE slug IN (SELECT value FROM json_each(?1))
    AND (?3 OR status = 'PUBLISHED' OR author_id = ?4);
