DELETE FROM outbox WHERE id IN (SELECT unhex(value) FROM json_each(?1));
