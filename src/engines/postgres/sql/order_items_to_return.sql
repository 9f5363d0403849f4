-- Locks the products in the order of products_to_order.
SELECT item.order_id, item.line, item.product_id, item.quantity, item.unit_price_minor, item.discount_minor, product.currency
FROM order_items AS item
JOIN products AS product ON product.id = item.product_id
WHERE item.order_id = $1
ORDER BY product.id, item.line
FOR NO KEY UPDATE OF product
