-- ?1: the client. ?2: the period in milliseconds. ?3: the limit. No row: refused.
INSERT INTO limits (client, begun, taken)
VALUES (?1, CAST(unixepoch('subsec') * 1000 AS INTEGER) / ?2, 1)
ON CONFLICT (client) DO UPDATE
SET begun = excluded.begun, taken = CASE WHEN limits.begun = excluded.begun THEN limits.taken + 1 ELSE 1 END
WHERE limits.begun <> excluded.begun OR limits.taken < ?3
RETURNING taken
