-- pages and rows that sessions of the lab's database touched, and the end of the server's log
SELECT d.blks_hit + d.blks_read AS pages,
       d.tup_returned AS rows,
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS log_bytes
FROM pg_stat_database AS d
WHERE d.datname = $1
