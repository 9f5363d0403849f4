INSERT INTO products (id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version)
SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
    unhex(value ->> 8), value ->> 9, value ->> 10
FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, slug = excluded.slug, name = excluded.name, description = excluded.description,
    price_minor = excluded.price_minor, currency = excluded.currency, stock = excluded.stock, category_id = excluded.category_id,
    created_at = excluded.created_at, version = excluded.version;
