SELECT article_id, count(*)
FROM comments
WHERE article_id IN (SELECT unhex(value) FROM json_each(?1))
GROUP BY article_id;
