-- ?1: how much older than the newest event of any kind, in milliseconds; NULL counts all
WITH since AS (SELECT CASE WHEN ?1 IS NULL THEN 0 ELSE max(at) - ?1 END AS at FROM activity)
SELECT product_id, NULL AS article_id, count(*) AS views
FROM activity
WHERE kind = 'PRODUCT_VIEWED' AND at >= (SELECT at FROM since) AND product_id IS NOT NULL
GROUP BY product_id
UNION ALL
SELECT NULL, article_id, count(*)
FROM activity
WHERE kind = 'ARTICLE_VIEWED' AND at >= (SELECT at FROM since) AND article_id IS NOT NULL
GROUP BY article_id;
