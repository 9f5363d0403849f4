-- the key is claimed ahead of the work; nobody ever sees the null: the answer takes its place in the same transaction
INSERT INTO once (scope, key, request, answer, used_at) VALUES (?1, ?2, ?3, 'null', ?4) ON CONFLICT DO NOTHING;
