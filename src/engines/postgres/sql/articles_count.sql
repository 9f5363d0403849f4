-- $4: an author whose drafts count too, see articles_page
SELECT (
    SELECT count(*)
    FROM articles
    WHERE ($1::text IS NULL OR tags @> ARRAY[$1])
      AND ($2::text IS NULL OR status = $2)
      AND ($3::uuid IS NULL OR author_id = $3)
) + (
    SELECT count(*)
    FROM articles
    WHERE author_id = $4::uuid AND status = 'DRAFT'
      AND ($1::text IS NULL OR tags @> ARRAY[$1])
)
