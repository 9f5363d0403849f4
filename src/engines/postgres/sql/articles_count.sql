SELECT count(*)
FROM articles
WHERE ($1::text IS NULL OR tags @> ARRAY[$1])
  AND ($2::text IS NULL OR status = $2)
  AND ($3::uuid IS NULL OR author_id = $3)
