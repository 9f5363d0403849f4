INSERT INTO view_batches (id, at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING;
