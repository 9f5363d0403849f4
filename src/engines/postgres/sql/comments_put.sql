INSERT INTO comments (id, article_id, author_id, body, created_at)
SELECT id, article_id, author_id, body, created_at
FROM unnest(
    $1::uuid[],
    $2::uuid[],
    $3::uuid[],
    $4::text[],
    $5::timestamptz[]
) AS given (id, article_id, author_id, body, created_at)
ON CONFLICT (id) DO UPDATE SET
    article_id = excluded.article_id,
    author_id = excluded.author_id,
    body = excluded.body,
    created_at = excluded.created_at
