-- an empty list: all
UPDATE outbox SET parked = 0, tries = 0, leased_until = NULL, retry_at = NULL
WHERE parked = 1 AND (id IN (SELECT unhex(value) FROM json_each(?1)) OR json_array_length(?1) = 0);
