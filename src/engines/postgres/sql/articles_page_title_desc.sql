-- $10: an author whose drafts are wanted beside what passes the filter. Two statements, which have no row in common, and each is sorted and
-- cut by itself: only so does each walk an index in this order. Without their own ends both are read to the end and sorted together,
-- which took 100,000 rows and 150 ms a page at 100,000 articles. Without an author the second one is not run.
(
    SELECT
        id, slug, title, status, tags, CASE WHEN $9::boolean THEN blocks END AS blocks, author_id, product_ids,
        published_at, created_at, version
    FROM articles
    WHERE ($1::text IS NULL OR (title, id) < ($1, $2::uuid))
      AND ($3::text IS NULL OR (title, id) > ($3, $4::uuid))
      AND ($6::text IS NULL OR tags @> ARRAY[$6])
      AND ($7::text IS NULL OR status = $7)
      AND ($8::uuid IS NULL OR author_id = $8)
    ORDER BY title DESC, id DESC
    LIMIT $5
)
UNION ALL
(
    SELECT
        id, slug, title, status, tags, CASE WHEN $9::boolean THEN blocks END AS blocks, author_id, product_ids,
        published_at, created_at, version
    FROM articles
    WHERE author_id = $10::uuid AND status = 'DRAFT'
      AND ($1::text IS NULL OR (title, id) < ($1, $2::uuid))
      AND ($3::text IS NULL OR (title, id) > ($3, $4::uuid))
      AND ($6::text IS NULL OR tags @> ARRAY[$6])
    ORDER BY title DESC, id DESC
    LIMIT $5
)
ORDER BY title DESC, id DESC
LIMIT $5
