UPDATE articles
SET slug = $2, title = $3, status = $4, tags = $5, blocks = $6, author_id = $7, product_ids = $8, published_at = $9, created_at = $10,
    version = $11, search = $12::tsvector
WHERE id = $1
