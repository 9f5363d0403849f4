SELECT id, slug, name, parent_id
FROM categories
WHERE slug IN (SELECT value FROM json_each(?1));
