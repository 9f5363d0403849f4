-- ?2 is the wait in milliseconds, or NULL to park
UPDATE outbox SET leased_until = NULL, retry_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?2, parked = ?2 IS NULL,
    tries = tries + ?3, error = ?4
WHERE id = ?1;
