SELECT count(*)
FROM products
WHERE (?1 IS NULL OR category_id = ?1)
    AND (?2 IS NULL OR price_minor >= ?2) AND (?3 IS NULL OR price_minor <= ?3)
    AND (?4 IS NULL OR (stock > 0) = ?4)
    AND (?5 IS NULL OR number IN (SELECT rowid FROM product_words WHERE product_words MATCH ?5));
