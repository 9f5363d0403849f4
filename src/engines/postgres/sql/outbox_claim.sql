-- The first rows that wait, and of them those that may go now. A head (the first waiting row of its aggregate) that is among the
-- oldest rows is older than every head that is not, so this finds the oldest ones; and it looks at no more than a thousand rows,
-- however many wait behind the head of a busy aggregate. When it finds none at all, outbox_claim_beyond looks at all of them.
--
-- Two who ask at once: each locks what it takes and skips what the other has locked; a row that the other took and let go in
-- between is looked at again in its new state, and then its lease keeps it out.
WITH taken AS (
    SELECT o.id
    FROM outbox AS o
    WHERE NOT o.parked
        AND o.at <= COALESCE((SELECT at FROM outbox WHERE NOT parked ORDER BY at, id OFFSET 999 LIMIT 1), 'infinity')
        AND (o.leased_until IS NULL OR o.leased_until <= statement_timestamp())
        AND (o.retry_at IS NULL OR o.retry_at <= statement_timestamp())
        -- a look-up for each row, never a join of the whole table with itself
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
