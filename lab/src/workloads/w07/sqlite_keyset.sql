SELECT id, at, title
FROM posts
WHERE (at, id) < (?2, ?3)
ORDER BY at DESC, id DESC
LIMIT ?1
