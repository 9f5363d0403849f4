-- ?4: an author whose drafts count too, see articles_page
SELECT (
    SELECT count(*)
    FROM articles
    WHERE (?1 IS NULL OR number IN (SELECT number FROM article_tags WHERE tag = ?1))
        AND (?2 IS NULL OR status = ?2)
        AND (?3 IS NULL OR author_id = ?3)
) + (
    SELECT count(*)
    FROM articles
    WHERE author_id = ?4 AND status = 'DRAFT'
        AND (?1 IS NULL OR number IN (SELECT number FROM article_tags WHERE tag = ?1))
);
