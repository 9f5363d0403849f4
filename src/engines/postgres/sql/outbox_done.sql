-- In order, so that two who were told the same events twice do not lock each other out.
DELETE FROM outbox
WHERE id IN (
    SELECT id
    FROM outbox
    WHERE id = ANY($1)
    ORDER BY id
    FOR UPDATE
)
