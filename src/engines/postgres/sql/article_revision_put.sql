-- Again if it is there: an article that was put as an earlier version of itself is replaced once more.
INSERT INTO article_revisions (article_id, version, replaced_at, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at)
SELECT id, version, $2, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at
FROM articles
WHERE id = $1
ON CONFLICT (article_id, version) DO UPDATE SET
    replaced_at = excluded.replaced_at,
    slug = excluded.slug,
    title = excluded.title,
    status = excluded.status,
    tags = excluded.tags,
    blocks = excluded.blocks,
    author_id = excluded.author_id,
    product_ids = excluded.product_ids,
    published_at = excluded.published_at,
    created_at = excluded.created_at
