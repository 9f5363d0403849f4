-- The key is claimed ahead of the work, so that a second one waits here and not behind work that it would do in vain. Nobody
-- ever sees the null: the answer takes its place in the same transaction.
INSERT INTO once (scope, key, request, answer)
VALUES ($1, $2, $3, 'null')
ON CONFLICT DO NOTHING
