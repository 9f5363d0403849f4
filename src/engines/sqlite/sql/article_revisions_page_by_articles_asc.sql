-- a revision of the current version is none: the article was put as an earlier version of itself
SELECT unhex(parent.value) AS parent, article_id AS id, revision.version, replaced_at, revision.slug, revision.title, revision.status,
    revision.tags, revision.blocks, revision.author_id, revision.product_ids, revision.published_at, revision.created_at
FROM json_each(?6) AS parent
CROSS JOIN articles AS current ON current.id = unhex(parent.value)
CROSS JOIN article_revisions AS revision ON revision.rowid IN (
    SELECT rowid FROM article_revisions
    WHERE article_id = current.id AND version <> current.version
        AND (replaced_at, version) < (?1, ?2) AND (replaced_at, version) > (?3, ?4)
    ORDER BY replaced_at ASC, version ASC
    LIMIT ?5
)
ORDER BY replaced_at ASC, revision.version ASC;
