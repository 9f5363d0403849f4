SELECT unhex(parent.value) AS parent, articles.id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END AS blocks
FROM json_each(?7) AS parent
CROSS JOIN articles ON number IN (
    SELECT number FROM articles
    WHERE author_id = unhex(parent.value) AND (created_at, id) < (?1, ?2) AND (created_at, id) > (?3, ?4)
        AND (?8 OR status = 'PUBLISHED' OR author_id = ?9)
    ORDER BY created_at DESC, id DESC
    LIMIT ?5
)
ORDER BY created_at DESC, articles.id DESC;
