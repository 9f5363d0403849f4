WITH days AS (
    SELECT to_char(to_timestamp((e.doc ->> 'at')::bigint / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
           count(*) FILTER (WHERE e.doc ->> 'kind' = 'view') AS views,
           count(*) FILTER (WHERE e.doc ->> 'kind' = 'cart') AS carts,
           count(*) FILTER (WHERE e.doc ->> 'kind' = 'buy') AS buys
    FROM events AS e
    WHERE (e.doc ->> 'at')::bigint >= $1 AND (e.doc ->> 'at')::bigint < $2
    GROUP BY 1
)
SELECT day, views, carts, buys,
       lag(views) OVER (ORDER BY day) AS before
FROM days
ORDER BY day
