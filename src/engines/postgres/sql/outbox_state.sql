SELECT
    (SELECT count(*) FROM outbox WHERE NOT parked) AS waiting,
    (SELECT min(at) FROM outbox WHERE NOT parked) AS oldest,
    (SELECT count(*) FROM outbox WHERE parked) AS parked
