-- ?1: a step, in milliseconds. ?2: how many steps back from that of the newest view
WITH newest AS (
    SELECT max(at) AS at
    FROM (
        SELECT max(at) AS at FROM activity WHERE kind = 'PRODUCT_VIEWED' AND product_id IS NOT NULL
        UNION ALL
        SELECT max(at) FROM views WHERE kind = 'PRODUCT_VIEWED'
    )
)
SELECT product_id, step, sum(views) AS views
FROM (
    SELECT product_id, at / ?1 AS step, 1 AS views
    FROM activity
    WHERE kind = 'PRODUCT_VIEWED' AND product_id IS NOT NULL AND at >= ((SELECT at FROM newest) / ?1 - ?2) * ?1
    UNION ALL
    SELECT subject_id, at / ?1, views
    FROM views
    WHERE kind = 'PRODUCT_VIEWED' AND at >= ((SELECT at FROM newest) / ?1 - ?2) * ?1
)
GROUP BY product_id, step;
