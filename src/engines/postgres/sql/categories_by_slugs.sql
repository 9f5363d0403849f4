SELECT id, slug, name, parent_id
FROM categories
WHERE slug = ANY($1::text[])
