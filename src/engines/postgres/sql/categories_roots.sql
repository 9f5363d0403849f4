SELECT id, slug, name, parent_id
FROM categories
WHERE parent_id IS NULL
ORDER BY name, id
LIMIT 1000
