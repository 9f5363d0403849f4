SELECT unhex(parent.value) AS parent, activity.id, customer_id, kind, at, order_id, product_id, article_id, data
FROM json_each(?6) AS parent
CROSS JOIN activity ON activity.rowid IN (
    SELECT rowid FROM activity
    WHERE customer_id = unhex(parent.value) AND (at, id) < (?1, ?2) AND (at, id) > (?3, ?4)
    ORDER BY at ASC, id ASC
    LIMIT ?5
)
ORDER BY at ASC, activity.id ASC;
