WITH days AS (
    SELECT strftime('%Y-%m-%d', (e.at) / 1000, 'unixepoch') AS day,
           count(*) FILTER (WHERE e.kind = 'view') AS views,
           count(*) FILTER (WHERE e.kind = 'cart') AS carts,
           count(*) FILTER (WHERE e.kind = 'buy') AS buys
    FROM events AS e
    WHERE e.at >= ?1 AND e.at < ?2
    GROUP BY 1
)
SELECT day, views, carts, buys,
       lag(views) OVER (ORDER BY day) AS before
FROM days
ORDER BY day
