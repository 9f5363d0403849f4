SELECT id, slug, name, parent_id
FROM categories
WHERE id = ANY($1::uuid[])
