SELECT id, price_minor, currency, stock FROM products WHERE id IN (SELECT unhex(value) FROM json_each(?1));
