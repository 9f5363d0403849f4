-- Times in milliseconds, as numbers: SHOW would write 2000 ms as "2s".
SELECT name, setting
FROM pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')
