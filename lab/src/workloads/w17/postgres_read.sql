SELECT customer, role, signed_in_at FROM sessions WHERE token = $1 AND ends_at > $2
