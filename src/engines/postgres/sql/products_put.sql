INSERT INTO products (id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version, search)
SELECT id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version, search::tsvector
FROM unnest(
    $1::uuid[],
    $2::text[],
    $3::text[],
    $4::text[],
    $5::text[],
    $6::bigint[],
    $7::text[],
    $8::bigint[],
    $9::uuid[],
    $10::timestamptz[],
    $11::bigint[],
    $12::text[]
) AS given (id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version, search)
ON CONFLICT (id) DO UPDATE SET
    sku = excluded.sku,
    slug = excluded.slug,
    name = excluded.name,
    description = excluded.description,
    price_minor = excluded.price_minor,
    currency = excluded.currency,
    stock = excluded.stock,
    category_id = excluded.category_id,
    created_at = excluded.created_at,
    version = excluded.version,
    search = excluded.search
