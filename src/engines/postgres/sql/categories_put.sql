INSERT INTO categories (id, slug, name, parent_id)
SELECT id, slug, name, parent_id
FROM unnest(
    $1::uuid[],
    $2::text[],
    $3::text[],
    $4::uuid[]
) AS given (id, slug, name, parent_id)
ON CONFLICT (id) DO UPDATE SET
    slug = excluded.slug,
    name = excluded.name,
    parent_id = excluded.parent_id
