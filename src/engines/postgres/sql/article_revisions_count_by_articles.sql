SELECT article_id AS parent, count(*) AS total
FROM article_revisions
JOIN articles AS current ON current.id = article_id
WHERE article_id = ANY($1::uuid[]) AND article_revisions.version <> current.version
GROUP BY article_id
