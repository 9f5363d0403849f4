-- $1 empty: all
UPDATE outbox
SET parked = false, tries = 0, leased_until = NULL, retry_at = NULL
WHERE parked AND (id = ANY($1) OR cardinality($1) = 0)
