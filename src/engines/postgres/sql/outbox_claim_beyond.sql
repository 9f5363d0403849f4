-- outbox_claim without its bound, for when the oldest thousand rows all wait behind something. The aggregates that wait are
-- looked up in a hash table first, so that the rows behind a busy head cost no look-up each.
WITH taken AS (
    SELECT o.id
    FROM outbox AS o
    WHERE NOT o.parked
        AND (o.leased_until IS NULL OR o.leased_until <= statement_timestamp())
        AND (o.retry_at IS NULL OR o.retry_at <= statement_timestamp())
        AND o.aggregate <> ALL (ARRAY(
            SELECT aggregate
            FROM outbox
            WHERE NOT parked AND (leased_until > statement_timestamp() OR retry_at > statement_timestamp())
        ))
        AND o.id = (
            SELECT head.id
            FROM outbox AS head
            WHERE head.aggregate = o.aggregate AND NOT head.parked
            ORDER BY head.sequence, head.id
            LIMIT 1
        )
    ORDER BY o.at, o.id
    LIMIT $1
    FOR UPDATE OF o SKIP LOCKED
)
UPDATE outbox
SET leased_until = statement_timestamp() + $2::bigint * interval '1 millisecond'
FROM taken
WHERE outbox.id = taken.id
RETURNING outbox.id, outbox.aggregate, outbox.sequence, outbox.at, outbox.fact, outbox.tries
