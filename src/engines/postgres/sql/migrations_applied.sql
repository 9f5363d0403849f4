SELECT version, description, checksum
FROM _sqlx_migrations
ORDER BY version
