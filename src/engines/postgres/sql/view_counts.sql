SELECT kind, subject, sum(views)::bigint AS views
FROM (
    SELECT kind, CASE kind WHEN 'PRODUCT_VIEWED' THEN product_id ELSE article_id END AS subject, count(*) AS views
    FROM activity
    WHERE kind IN ('PRODUCT_VIEWED', 'ARTICLE_VIEWED')
      AND CASE kind WHEN 'PRODUCT_VIEWED' THEN product_id ELSE article_id END IS NOT NULL
    GROUP BY 1, 2
    UNION ALL
    SELECT kind, subject_id, views
    FROM views
) AS counted
GROUP BY 1, 2
