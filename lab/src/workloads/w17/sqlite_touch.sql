UPDATE sessions SET ends_at = ?3 WHERE token = ?1 AND ends_at > ?2 RETURNING customer, role, signed_in_at
