DELETE FROM order_items WHERE order_id IN (SELECT unhex(value) FROM json_each(?1));
