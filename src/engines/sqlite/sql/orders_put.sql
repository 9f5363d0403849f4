INSERT INTO orders (id, customer_id, status, placed_at, total_minor, currency, version)
SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
FROM json_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, status = excluded.status, placed_at = excluded.placed_at,
    total_minor = excluded.total_minor, currency = excluded.currency, version = excluded.version;
