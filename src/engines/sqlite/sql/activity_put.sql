-- the first one written stays: what happened does not change
INSERT INTO activity (id, customer_id, kind, at, order_id, product_id, article_id, data)
SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, unhex(value ->> 4), unhex(value ->> 5), unhex(value ->> 6),
    value -> 7
FROM json_each(?1) WHERE true
ON CONFLICT (id) DO NOTHING;
