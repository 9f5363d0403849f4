-- A part at a time, so that nobody waits long for a lock; two who prune at once do not wait for each other.
DELETE FROM once
WHERE (scope, key) IN (
    SELECT scope, key
    FROM once
    WHERE used_at < $1
    ORDER BY used_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
