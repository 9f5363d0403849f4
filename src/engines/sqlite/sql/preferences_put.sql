INSERT INTO preferences (customer_id, version, body)
SELECT unhex(value ->> 0), value ->> 1, value -> 2 FROM json_each(?1) WHERE true
ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version, body = excluded.body;
