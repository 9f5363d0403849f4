-- Views that servers counted and tell together. The batch's id makes telling it twice the same as once; all its views count as of its time.
CREATE TABLE view_batches (
    id BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    at INTEGER NOT NULL CHECK (at >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE views (
    batch_id   BLOB    NOT NULL REFERENCES view_batches (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('PRODUCT_VIEWED', 'ARTICLE_VIEWED')),
    subject_id BLOB    NOT NULL CHECK (length(subject_id) = 16),
    views      INTEGER NOT NULL CHECK (views > 0),
    -- the batch's: those of the last hours are found without a join
    at         INTEGER NOT NULL,
    PRIMARY KEY (batch_id, kind, subject_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX views_of_products ON views (at, subject_id, views) WHERE kind = 'PRODUCT_VIEWED';
