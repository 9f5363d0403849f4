-- the lines that stood here before are gone: order_items_delete ran ahead of this
INSERT INTO order_items (order_id, line, product_id, quantity, unit_price_minor, discount_minor)
SELECT unhex(value ->> 0), value ->> 1, unhex(value ->> 2), value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1);
