INSERT INTO views (batch_id, at, kind, subject_id, views)
SELECT ?1, ?2, value ->> 0, unhex(value ->> 1), value ->> 2 FROM json_each(?3);
