-- the blocks are read only when ?2 asks for them
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?2 THEN blocks END AS blocks
FROM articles
WHERE id IN (SELECT unhex(value) FROM json_each(?1))
    AND (?3 OR status = 'PUBLISHED' OR author_id = ?4);
