INSERT INTO comments (id, article_id, author_id, body, created_at)
SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), value ->> 3, value ->> 4 FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET article_id = excluded.article_id, author_id = excluded.author_id, body = excluded.body,
    created_at = excluded.created_at;
