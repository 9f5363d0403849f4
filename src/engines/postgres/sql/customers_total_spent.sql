SELECT customer_id, sum(total_minor)::bigint AS spent, min(currency) AS currency
FROM orders
WHERE customer_id = ANY($1::uuid[]) AND status <> 'CANCELLED'
GROUP BY customer_id
