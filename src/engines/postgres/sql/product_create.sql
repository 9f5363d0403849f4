INSERT INTO products (id, sku, slug, name, description, price_minor, currency, category_id, search, stock, created_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::tsvector, $10, $11, $12)
