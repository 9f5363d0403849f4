UPDATE articles
SET slug = next.value ->> 1, title = next.value ->> 2, status = next.value ->> 3, author_id = unhex(next.value ->> 4),
    tags = next.value -> 5, product_ids = next.value -> 6, published_at = next.value ->> 7, created_at = next.value ->> 8,
    version = next.value ->> 9, blocks = next.value -> 10
FROM json_each(?1) AS next
WHERE articles.id = unhex(next.value ->> 0);
