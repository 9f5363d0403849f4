UPDATE products SET sku = ?2, slug = ?3, name = ?4, description = ?5, price_minor = ?6, currency = ?7, category_id = ?8,
    version = version + 1
WHERE id = ?1;
