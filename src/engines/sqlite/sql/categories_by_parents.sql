SELECT id, slug, name, parent_id
FROM categories
WHERE parent_id IN (SELECT unhex(value) FROM json_each(?1))
ORDER BY name, id;
