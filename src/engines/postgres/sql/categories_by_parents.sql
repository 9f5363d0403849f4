SELECT id, slug, name, parent_id
FROM categories
WHERE parent_id = ANY($1::uuid[])
ORDER BY name, id
