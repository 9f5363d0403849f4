INSERT INTO preferences (customer_id, body)
SELECT unhex(value ->> 0), value -> 1 FROM json_each(?1) WHERE true
ON CONFLICT (customer_id) DO UPDATE SET body = excluded.body;
