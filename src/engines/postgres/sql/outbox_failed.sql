-- $2 is the wait in milliseconds, or NULL to park
UPDATE outbox
SET leased_until = NULL,
    retry_at = statement_timestamp() + $2::bigint * interval '1 millisecond',
    parked = $2::bigint IS NULL,
    tries = tries + $3::boolean::integer,
    error = $4
WHERE id = $1
