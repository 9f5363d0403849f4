INSERT INTO categories (id, slug, name, parent_id)
SELECT unhex(value ->> 0), value ->> 1, value ->> 2, unhex(value ->> 3) FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, parent_id = excluded.parent_id;
