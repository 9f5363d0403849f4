-- OFFSET 0 keeps the planner from moving the limit into the inner statement: it cannot know how rare a product of the list is,
-- and would walk the index on creation until enough articles are about it. At 100,000 articles and 20 products that took 305 ms,
-- by the inverted index 4 ms.
SELECT parent.id AS parent, child.*
FROM unnest($1::uuid[]) AS parent (id)
CROSS JOIN LATERAL (
    SELECT *
    FROM (
        SELECT
            id, slug, title, status, tags, CASE WHEN $7::boolean THEN blocks END AS blocks, author_id, product_ids,
            published_at, created_at, version
        FROM articles
        WHERE product_ids @> ARRAY[parent.id]
          AND status = 'PUBLISHED'
          AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
          AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
        OFFSET 0
    ) AS about
    ORDER BY created_at ASC, id ASC
    LIMIT $6
) AS child
ORDER BY parent.id, child.created_at ASC, child.id ASC
