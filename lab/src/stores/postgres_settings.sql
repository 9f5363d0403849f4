SELECT CASE s.name WHEN 'server_version' THEN 'version' ELSE s.name END, current_setting(s.name)
FROM pg_settings AS s
WHERE s.name IN ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'wal_sync_method', 'wal_compression',
                 'commit_delay', 'shared_buffers', 'work_mem', 'effective_cache_size', 'random_page_cost', 'max_wal_size', 'autovacuum', 'jit',
                 'max_parallel_workers_per_gather', 'plan_cache_mode', 'default_transaction_isolation', 'data_checksums')
ORDER BY s.name
