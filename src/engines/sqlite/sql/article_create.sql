INSERT INTO articles (id, slug, title, status, author_id, tags, product_ids, published_at, created_at, version, blocks)
SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, unhex(value ->> 4), value -> 5, value -> 6, value ->> 7,
    value ->> 8, value ->> 9, value -> 10
FROM json_each(?1);
