SELECT author_id, count(*)
FROM articles
WHERE author_id IN (SELECT unhex(value) FROM json_each(?1))
GROUP BY author_id;
