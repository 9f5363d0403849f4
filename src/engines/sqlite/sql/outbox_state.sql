SELECT (SELECT count(*) FROM outbox WHERE parked = 0) AS waiting,
    (SELECT min(at) FROM outbox WHERE parked = 0) AS oldest,
    (SELECT count(*) FROM outbox WHERE parked = 1) AS parked;
