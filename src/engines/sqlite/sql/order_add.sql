INSERT INTO orders (id, customer_id, status, placed_at, total_minor, currency, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
