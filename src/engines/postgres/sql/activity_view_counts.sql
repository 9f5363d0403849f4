-- $1: milliseconds back from the newest event of any kind; NULL counts all. There is nothing before 1970, and a longer way back
-- could leave the range of timestamptz.
SELECT kind, CASE kind WHEN 'PRODUCT_VIEWED' THEN product_id ELSE article_id END AS subject, count(*) AS views
FROM activity
WHERE kind IN ('PRODUCT_VIEWED', 'ARTICLE_VIEWED')
  AND CASE kind WHEN 'PRODUCT_VIEWED' THEN product_id ELSE article_id END IS NOT NULL
  AND ($1::bigint IS NULL OR at >= (
      SELECT max(at) - least($1, (extract(epoch FROM max(at)) * 1000)::bigint) * interval '1 millisecond'
      FROM activity
  ))
GROUP BY 1, 2
