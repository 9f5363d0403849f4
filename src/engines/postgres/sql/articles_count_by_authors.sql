SELECT author_id AS parent, count(*) AS total
FROM articles
WHERE author_id = ANY($1::uuid[])
GROUP BY author_id
