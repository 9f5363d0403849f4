SELECT product_id, article_id, sum(views) AS views
FROM (
    SELECT product_id, NULL AS article_id, count(*) AS views
    FROM activity
    WHERE kind = 'PRODUCT_VIEWED' AND product_id IS NOT NULL
    GROUP BY product_id
    UNION ALL
    SELECT NULL, article_id, count(*)
    FROM activity
    WHERE kind = 'ARTICLE_VIEWED' AND article_id IS NOT NULL
    GROUP BY article_id
    UNION ALL
    SELECT CASE kind WHEN 'PRODUCT_VIEWED' THEN subject_id END, CASE kind WHEN 'ARTICLE_VIEWED' THEN subject_id END, views
    FROM views
)
GROUP BY product_id, article_id;
