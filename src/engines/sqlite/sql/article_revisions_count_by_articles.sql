SELECT article_id, count(*)
FROM article_revisions
JOIN articles AS current ON current.id = article_id
WHERE article_id IN (SELECT unhex(value) FROM json_each(?1)) AND article_revisions.version <> current.version
GROUP BY article_id;
