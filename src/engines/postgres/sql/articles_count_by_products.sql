SELECT parent.id AS parent, count(*) AS total
FROM unnest($1::uuid[]) AS parent (id)
JOIN articles ON articles.product_ids @> ARRAY[parent.id] AND articles.status = 'PUBLISHED'
GROUP BY parent.id
