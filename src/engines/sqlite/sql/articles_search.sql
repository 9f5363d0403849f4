-- ?1 looks in all columns, ?2 in the title alone
SELECT id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, CASE WHEN ?4 THEN blocks END AS blocks
FROM articles
WHERE number IN (SELECT rowid FROM article_words WHERE article_words MATCH ?1) AND status = 'PUBLISHED'
ORDER BY number IN (SELECT rowid FROM article_words WHERE article_words MATCH ?2) DESC, created_at DESC, id DESC
LIMIT ?3;
