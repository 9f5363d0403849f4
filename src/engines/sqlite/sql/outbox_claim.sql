-- The first rows that wait, and of them those that may go now. A head (the first waiting row of its aggregate) that is among the
-- oldest rows is older than every head that is not, so this finds the oldest ones; and it looks at no more than a thousand rows,
-- however many wait behind the head of a busy aggregate. When it finds none at all, outbox_claim_beyond looks at all of them.
UPDATE outbox SET leased_until = CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?2
WHERE id IN (
    SELECT o.id FROM outbox AS o
    WHERE o.parked = 0
        AND o.at <= coalesce((SELECT at FROM outbox WHERE parked = 0 ORDER BY at, id LIMIT 1 OFFSET 999), 9223372036854775807)
        AND coalesce(o.leased_until, 0) <= CAST(unixepoch('subsec') * 1000 AS INTEGER)
        AND coalesce(o.retry_at, 0) <= CAST(unixepoch('subsec') * 1000 AS INTEGER)
        AND o.id = (
            SELECT head.id FROM outbox AS head
            WHERE head.aggregate = o.aggregate AND head.parked = 0
            ORDER BY head.sequence, head.id LIMIT 1
        )
    ORDER BY o.at, o.id
    LIMIT ?1
)
RETURNING id, aggregate, sequence, at, fact, tries;
