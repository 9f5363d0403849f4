INSERT INTO articles (id, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at, version, search)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::tsvector)
