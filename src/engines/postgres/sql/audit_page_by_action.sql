SELECT id, at, actor, role, action, subject, request, client, details
FROM audit
WHERE action = $4 AND id >= $1 AND id < $2
ORDER BY id DESC
LIMIT $3
