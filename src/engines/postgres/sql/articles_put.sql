INSERT INTO articles (id, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at, version, search)
SELECT id, slug, title, status,
    -- unnest would flatten an array of arrays: the inner ones come as jsonb
    ARRAY(SELECT jsonb_array_elements_text(tags)),
    blocks, author_id,
    ARRAY(SELECT jsonb_array_elements_text(product_ids)::uuid),
    published_at, created_at, version, search::tsvector
FROM unnest(
    $1::uuid[],
    $2::text[],
    $3::text[],
    $4::text[],
    $5::jsonb[],
    $6::jsonb[],
    $7::uuid[],
    $8::jsonb[],
    $9::timestamptz[],
    $10::timestamptz[],
    $11::bigint[],
    $12::text[]
) AS given (id, slug, title, status, tags, blocks, author_id, product_ids, published_at, created_at, version, search)
ON CONFLICT (id) DO UPDATE SET
    slug = excluded.slug,
    title = excluded.title,
    status = excluded.status,
    tags = excluded.tags,
    blocks = excluded.blocks,
    author_id = excluded.author_id,
    product_ids = excluded.product_ids,
    published_at = excluded.published_at,
    created_at = excluded.created_at,
    version = excluded.version,
    search = excluded.search
