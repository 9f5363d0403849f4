SELECT id, email, name, points
FROM accounts
WHERE email = ?1
