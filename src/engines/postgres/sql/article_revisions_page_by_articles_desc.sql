-- A revision of the current version is none: the article was put as an earlier version of itself.
SELECT parent.id AS parent, child.*
FROM unnest($1::uuid[]) AS parent (id)
JOIN articles AS current ON current.id = parent.id
CROSS JOIN LATERAL (
    SELECT article_id AS id, version, replaced_at, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at
    FROM article_revisions
    WHERE article_id = parent.id
      AND version <> current.version
      AND ($2::timestamptz IS NULL OR (replaced_at, version) < ($2, $3::bigint))
      AND ($4::timestamptz IS NULL OR (replaced_at, version) > ($4, $5::bigint))
    ORDER BY replaced_at DESC, version DESC
    LIMIT $6
) AS child
ORDER BY parent.id, child.replaced_at DESC, child.version DESC
