DROP TABLE IF EXISTS limits;
CREATE UNLOGGED TABLE limits (
    client text PRIMARY KEY,
    begun  bigint NOT NULL,
    taken  bigint NOT NULL
) WITH (fillfactor = 50);
