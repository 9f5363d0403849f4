UPDATE products
SET sku = $2,
    slug = $3,
    name = $4,
    description = $5,
    price_minor = $6,
    currency = $7,
    category_id = $8,
    search = $9::text::tsvector,
    version = version + 1
WHERE id = $1
