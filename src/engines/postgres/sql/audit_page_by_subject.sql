-- With an action, too: what happened to one thing is little.
SELECT id, at, actor, role, action, subject, request, client, details
FROM audit
WHERE subject = $4 AND id >= $1 AND id < $2 AND ($5::text IS NULL OR action = $5)
ORDER BY id DESC
LIMIT $3
