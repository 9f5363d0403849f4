DELETE FROM order_items
WHERE order_id = ANY($1::uuid[])
