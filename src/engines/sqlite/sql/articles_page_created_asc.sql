-- Of the first three parts two are empty: all articles, one author's, and those with one tag, each from its own index by time. The fourth
-- is the drafts of ?10, an author whose drafts are wanted beside the others; without one it is empty too.
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END AS blocks
FROM articles
WHERE ?7 IS NULL AND ?9 IS NULL AND (created_at, id) < (?1, ?2) AND (created_at, id) > (?3, ?4)
    AND (?8 IS NULL OR status = ?8)
UNION ALL
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END
FROM articles
WHERE author_id = ?9 AND (created_at, id) < (?1, ?2) AND (created_at, id) > (?3, ?4)
    AND (?8 IS NULL OR status = ?8)
    AND (?7 IS NULL OR EXISTS (SELECT 1 FROM article_tags AS t WHERE t.tag = ?7 AND t.created_at = articles.created_at AND t.id = articles.id))
UNION ALL
SELECT tagged.id, slug, title, status, author_id, tags, product_ids, published_at, tagged.created_at, version, CASE WHEN ?6 THEN blocks END
FROM article_tags AS tagged
CROSS JOIN articles ON articles.number = tagged.number
WHERE ?9 IS NULL AND tag = ?7 AND (tagged.created_at, tagged.id) < (?1, ?2) AND (tagged.created_at, tagged.id) > (?3, ?4)
    AND (?8 IS NULL OR status = ?8)
UNION ALL
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END
FROM articles
WHERE author_id = ?10 AND status = 'DRAFT' AND (created_at, id) < (?1, ?2) AND (created_at, id) > (?3, ?4)
    AND (?7 IS NULL OR EXISTS (SELECT 1 FROM article_tags AS t WHERE t.tag = ?7 AND t.created_at = articles.created_at AND t.id = articles.id))
ORDER BY created_at ASC, id ASC
LIMIT ?5;
