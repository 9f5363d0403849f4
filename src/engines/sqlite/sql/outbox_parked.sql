SELECT id, aggregate, sequence, at, fact, tries, error FROM outbox WHERE parked = 1 ORDER BY at, id LIMIT ?1;
