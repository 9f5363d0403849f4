-- Of the first two parts one is empty: all articles, and one author's. The third is the drafts of ?10, an author whose drafts are wanted
-- beside the others; without one it is empty.
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END AS blocks
FROM articles
WHERE ?9 IS NULL AND (title, id) < (?1, ?2) AND (title, id) > (?3, ?4)
    AND (?7 IS NULL OR EXISTS (SELECT 1 FROM article_tags AS t WHERE t.tag = ?7 AND t.created_at = articles.created_at AND t.id = articles.id))
    AND (?8 IS NULL OR status = ?8)
UNION ALL
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END
FROM articles
WHERE author_id = ?9 AND (title, id) < (?1, ?2) AND (title, id) > (?3, ?4)
    AND (?7 IS NULL OR EXISTS (SELECT 1 FROM article_tags AS t WHERE t.tag = ?7 AND t.created_at = articles.created_at AND t.id = articles.id))
    AND (?8 IS NULL OR status = ?8)
UNION ALL
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END
FROM articles
WHERE author_id = ?10 AND status = 'DRAFT' AND (title, id) < (?1, ?2) AND (title, id) > (?3, ?4)
    AND (?7 IS NULL OR EXISTS (SELECT 1 FROM article_tags AS t WHERE t.tag = ?7 AND t.created_at = articles.created_at AND t.id = articles.id))
ORDER BY title ASC, id ASC
LIMIT ?5;
