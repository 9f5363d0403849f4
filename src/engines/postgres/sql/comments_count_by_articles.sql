SELECT article_id AS parent, count(*) AS total
FROM comments
WHERE article_id = ANY($1::uuid[])
GROUP BY article_id
