INSERT INTO products (id, sku, slug, name, description, price_minor, currency, category_id, stock, created_at, version)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
