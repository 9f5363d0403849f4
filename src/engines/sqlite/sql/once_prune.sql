-- a part at a time, so that no other write waits long
DELETE FROM once WHERE (scope, key) IN (SELECT scope, key FROM once WHERE used_at < ?1 ORDER BY used_at LIMIT ?2);
