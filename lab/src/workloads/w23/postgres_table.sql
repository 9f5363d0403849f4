CREATE TABLE acknowledged (number bigint PRIMARY KEY);
