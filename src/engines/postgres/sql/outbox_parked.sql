SELECT id, aggregate, sequence, at, fact, tries, error
FROM outbox
WHERE parked
ORDER BY at, id
LIMIT $1
