SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS data, coalesce(sum(pg_indexes_size(c.oid)), 0)::bigint AS indexes
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'm')
