INSERT INTO sessions (token, customer, role, signed_in_at, ends_at)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (token) DO UPDATE SET ends_at = excluded.ends_at
