SELECT author_id AS parent, count(*) AS total
FROM articles
WHERE author_id = ANY($1::uuid[])
  AND ($2::boolean OR status = 'PUBLISHED' OR author_id = $3::uuid)
GROUP BY author_id
