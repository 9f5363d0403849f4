-- the first one stays, another one is not added, and then whatever is in it is refused by the foreign key
INSERT INTO currencies (code) SELECT value FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING;
