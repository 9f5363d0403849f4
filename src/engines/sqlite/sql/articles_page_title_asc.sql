-- ?10: an author whose drafts are wanted beside what passes the filter; without one the second part is empty
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END AS blocks
FROM articles
WHERE (title, id) < (?1, ?2) AND (title, id) > (?3, ?4)
    AND (?7 IS NULL OR number IN (SELECT number FROM article_tags WHERE tag = ?7))
    AND (?8 IS NULL OR status = ?8)
    AND (?9 IS NULL OR author_id = ?9)
UNION ALL
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?6 THEN blocks END
FROM articles
WHERE author_id = ?10 AND status = 'DRAFT' AND (title, id) < (?1, ?2) AND (title, id) > (?3, ?4)
    AND (?7 IS NULL OR number IN (SELECT number FROM article_tags WHERE tag = ?7))
ORDER BY title ASC, id ASC
LIMIT ?5;
