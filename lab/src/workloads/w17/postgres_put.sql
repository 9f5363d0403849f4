INSERT INTO sessions (token, customer, role, signed_in_at, ends_at)
SELECT token, customer, role, signed_in_at, $5
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS given (token, customer, role, signed_in_at)
ON CONFLICT (token) DO UPDATE SET ends_at = excluded.ends_at
