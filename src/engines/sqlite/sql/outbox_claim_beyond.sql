-- outbox_claim without its bound, for when the oldest thousand rows all wait behind something. The aggregates that wait are
-- looked up in one set first, so that the rows behind a busy head cost no look-up each.
UPDATE outbox SET leased_until = CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?2
WHERE id IN (
    SELECT o.id FROM outbox AS o
    WHERE o.parked = 0
        AND coalesce(o.leased_until, 0) <= CAST(unixepoch('subsec') * 1000 AS INTEGER)
        AND coalesce(o.retry_at, 0) <= CAST(unixepoch('subsec') * 1000 AS INTEGER)
        AND o.aggregate NOT IN (
            SELECT aggregate FROM outbox
            WHERE parked = 0 AND (leased_until > CAST(unixepoch('subsec') * 1000 AS INTEGER)
                OR retry_at > CAST(unixepoch('subsec') * 1000 AS INTEGER))
        )
        AND o.id = (
            SELECT head.id FROM outbox AS head
            WHERE head.aggregate = o.aggregate AND head.parked = 0
            ORDER BY head.sequence, head.id LIMIT 1
        )
    ORDER BY o.at, o.id
    LIMIT ?1
)
RETURNING id, aggregate, sequence, at, fact, tries;
