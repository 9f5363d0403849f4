-- Preferences: one settings document for each customer, read and written whole and only by its key. Nothing in it is
-- searched, so nothing in it is a column or an index: a new setting needs no migration.
CREATE TABLE preferences (
    customer_id uuid PRIMARY KEY,
    body jsonb NOT NULL CONSTRAINT preferences_body_is_an_object CHECK (jsonb_typeof(body) = 'object')
);
