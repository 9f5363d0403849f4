-- What is prepared as "explained" is executed with expressions, not with parameters. So the values become settings of the transaction first. The
-- server itself writes both statements, with its own names of types.
SELECT
    'SELECT ' || string_agg(format('set_config(''explained.p%s'', $%s::text, true)', n, n), ', ' ORDER BY n),
    'EXECUTE explained (' || string_agg(format('NULLIF(current_setting(''explained.p%s''), '''')::%s', n, type), ', ' ORDER BY n) || ')'
FROM pg_prepared_statements
CROSS JOIN unnest(parameter_types) WITH ORDINALITY AS parameter (type, n)
WHERE name = 'explained'
