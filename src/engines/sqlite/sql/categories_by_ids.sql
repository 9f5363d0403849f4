SELECT id, slug, name, parent_id
FROM categories
WHERE id IN (SELECT unhex(value) FROM json_each(?1));
