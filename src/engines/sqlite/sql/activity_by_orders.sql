SELECT activity.id, customer_id, kind, at, order_id, product_id, article_id, data
FROM json_each(?1) AS parent
CROSS JOIN activity ON activity.rowid IN (
    SELECT rowid FROM activity WHERE order_id = unhex(parent.value) ORDER BY at, id LIMIT 100
)
ORDER BY order_id, at, activity.id;
