SELECT unhex(parent.value) AS parent, comments.id, article_id, author_id, body, created_at
FROM json_each(?6) AS parent
CROSS JOIN comments ON comments.rowid IN (
    SELECT rowid FROM comments
    WHERE article_id = unhex(parent.value) AND (created_at, id) < (?1, ?2) AND (created_at, id) > (?3, ?4)
    ORDER BY created_at ASC, id ASC
    LIMIT ?5
)
ORDER BY created_at ASC, comments.id ASC;
