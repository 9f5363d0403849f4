INSERT INTO outbox (id, aggregate, sequence, at, fact)
SELECT *
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[])
