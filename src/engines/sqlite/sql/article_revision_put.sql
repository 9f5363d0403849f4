-- again if it is there: an article that was put as an earlier version of itself is replaced once more
INSERT OR REPLACE INTO article_revisions (article_id, version, replaced_at, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at)
SELECT id, version, ?2, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at FROM articles WHERE id = ?1;
