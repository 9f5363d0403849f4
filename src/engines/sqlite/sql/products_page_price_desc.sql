SELECT
    id, sku, slug, name, CASE WHEN ?11 THEN description ELSE '' END AS description,
    price_minor, currency, stock, category_id, created_at, version
FROM products
WHERE (price_minor, id) < (?1, ?2) AND (price_minor, id) > (?3, ?4)
    AND (?6 IS NULL OR category_id = ?6)
    AND (?7 IS NULL OR price_minor >= ?7) AND (?8 IS NULL OR price_minor <= ?8)
    AND (?9 IS NULL OR (stock > 0) = ?9)
    AND (?10 IS NULL OR number IN (SELECT rowid FROM product_words WHERE product_words MATCH ?10))
ORDER BY price_minor DESC, id DESC
LIMIT ?5;
