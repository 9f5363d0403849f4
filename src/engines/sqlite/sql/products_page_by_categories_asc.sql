-- for each category one short walk through the index that ends after a page; a window function would number all of its products
SELECT
    unhex(parent.value) AS parent, products.id, sku, slug, name, CASE WHEN ?7 THEN description ELSE '' END AS description,
    price_minor, currency, stock, category_id, created_at, version
FROM json_each(?6) AS parent
CROSS JOIN products ON number IN (
    SELECT number FROM products
    WHERE category_id = unhex(parent.value) AND (created_at, id) < (?1, ?2) AND (created_at, id) > (?3, ?4)
    ORDER BY created_at ASC, id ASC
    LIMIT ?5
)
ORDER BY created_at ASC, products.id ASC;
