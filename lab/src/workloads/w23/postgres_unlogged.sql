-- has no log, and is emptied after a crash
CREATE UNLOGGED TABLE acknowledged (number bigint PRIMARY KEY);
