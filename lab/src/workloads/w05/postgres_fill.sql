INSERT INTO accounts
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
