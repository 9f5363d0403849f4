SELECT author_id, count(*)
FROM articles
WHERE author_id IN (SELECT unhex(value) FROM json_each(?1))
    AND (?2 OR status = 'PUBLISHED' OR author_id = ?3)
GROUP BY author_id;
