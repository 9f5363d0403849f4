-- locked: of two changes of one version the second one sees the first one's
SELECT version
FROM articles
WHERE id = $1
FOR UPDATE
