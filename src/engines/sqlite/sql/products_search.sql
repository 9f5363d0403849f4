-- ?1 looks in all columns, ?2 in the name alone
SELECT id, sku, slug, name, description, price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE number IN (SELECT rowid FROM product_words WHERE product_words MATCH ?1)
ORDER BY number IN (SELECT rowid FROM product_words WHERE product_words MATCH ?2) DESC, created_at DESC, id DESC
LIMIT ?3;
