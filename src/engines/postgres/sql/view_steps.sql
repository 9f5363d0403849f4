-- $1: a step, in milliseconds. $2: how many steps back from that of the newest view. Times are whole milliseconds, so all of this is exact.
WITH newest AS (
    SELECT greatest(
        (SELECT max(at) FROM activity WHERE kind = 'PRODUCT_VIEWED' AND product_id IS NOT NULL),
        (SELECT max(at) FROM views WHERE kind = 'PRODUCT_VIEWED')
    ) AS at
), since AS (
    SELECT timestamptz 'epoch'
        + greatest((extract(epoch FROM at) * 1000)::bigint / $1::bigint - $2::bigint, 0) * $1 * interval '1 millisecond' AS at
    FROM newest
)
SELECT product_id, step, sum(views)::bigint AS views
FROM (
    SELECT product_id, (extract(epoch FROM at) * 1000)::bigint / $1 AS step, 1 AS views
    FROM activity
    WHERE kind = 'PRODUCT_VIEWED' AND product_id IS NOT NULL AND at >= (SELECT at FROM since)
    UNION ALL
    SELECT subject_id, (extract(epoch FROM at) * 1000)::bigint / $1, views
    FROM views
    WHERE kind = 'PRODUCT_VIEWED' AND at >= (SELECT at FROM since)
) AS viewed
GROUP BY 1, 2
