-- The entry of the audit log goes with the events: one round trip less.
WITH audited AS (
    INSERT INTO audit (id, at, actor, role, action, subject, request, client, details)
    SELECT *
    FROM unnest($6::uuid[], $7::timestamptz[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::jsonb[])
)
INSERT INTO outbox (id, aggregate, sequence, at, fact)
SELECT *
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[])
