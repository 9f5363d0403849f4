-- What is published, and the drafts of those authors whose drafts are seen: each from its own index, sorted and cut by itself.
SELECT parent.id AS parent, child.*
FROM unnest($1::uuid[]) AS parent (id)
CROSS JOIN LATERAL (
    (
        SELECT
            id, slug, title, status, tags, CASE WHEN $7::boolean THEN blocks END AS blocks, author_id, product_ids,
            published_at, created_at, version
        FROM articles
        WHERE author_id = parent.id
          AND status = 'PUBLISHED'
          AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
          AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
        ORDER BY created_at ASC, id ASC
        LIMIT $6
    )
    UNION ALL
    (
        SELECT
            id, slug, title, status, tags, CASE WHEN $7::boolean THEN blocks END AS blocks, author_id, product_ids,
            published_at, created_at, version
        FROM articles
        WHERE author_id = parent.id
          AND status = 'DRAFT' AND ($8::boolean OR parent.id = $9::uuid)
          AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
          AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
        ORDER BY created_at ASC, id ASC
        LIMIT $6
    )
    ORDER BY created_at ASC, id ASC
    LIMIT $6
) AS child
ORDER BY parent.id, child.created_at ASC, child.id ASC
