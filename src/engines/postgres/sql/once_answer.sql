-- The events go with it: one round trip less.
WITH told AS (
    INSERT INTO outbox (id, aggregate, sequence, at, fact)
    SELECT *
    FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[])
)
UPDATE once
SET answer = $8
WHERE scope = $6 AND key = $7
