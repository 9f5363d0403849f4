WITH days AS (
    SELECT strftime('%Y-%m-%d', (e.doc ->> 'at') / 1000, 'unixepoch') AS day,
           count(*) FILTER (WHERE e.doc ->> 'kind' = 'view') AS views,
           count(*) FILTER (WHERE e.doc ->> 'kind' = 'cart') AS carts,
           count(*) FILTER (WHERE e.doc ->> 'kind' = 'buy') AS buys
    FROM events AS e
    WHERE e.doc ->> 'at' >= ?1 AND e.doc ->> 'at' < ?2
    GROUP BY 1
)
SELECT day, views, carts, buys,
       lag(views) OVER (ORDER BY day) AS before
FROM days
ORDER BY day
