INSERT INTO customers (id, email, name, tier, created_at) VALUES (?1, ?2, ?3, ?4, ?5);
