-- Preferences: one settings document for each customer, read and written whole. Nothing searches in it, so it is one column.
CREATE TABLE preferences (
    customer_id BLOB NOT NULL PRIMARY KEY CHECK (length(customer_id) = 16),
    body        TEXT NOT NULL CHECK (json_type(body) = 'object')
) STRICT;
