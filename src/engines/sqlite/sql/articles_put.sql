INSERT INTO articles (id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, blocks)
SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, unhex(value ->> 4), value -> 5, value -> 6, value ->> 7,
    value ->> 8, value ->> 9, value -> 10
FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, title = excluded.title, status = excluded.status,
    author_id = excluded.author_id, tags = excluded.tags, product_ids = excluded.product_ids, published_at = excluded.published_at,
    created_at = excluded.created_at, version = excluded.version, blocks = excluded.blocks;
