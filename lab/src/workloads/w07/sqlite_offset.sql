SELECT id, at, title
FROM posts
ORDER BY at DESC, id DESC
LIMIT ?1 OFFSET ?2
