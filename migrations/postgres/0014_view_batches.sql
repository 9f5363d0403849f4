-- Views that servers counted and tell together. The batch's id makes telling it twice the same as once; all its views count as of its time.
CREATE TABLE view_batches (
    id uuid PRIMARY KEY,
    at timestamptz(3) NOT NULL
);

CREATE TABLE views (
    batch_id uuid NOT NULL REFERENCES view_batches (id),
    kind text NOT NULL CONSTRAINT views_kind_known CHECK (kind IN ('PRODUCT_VIEWED', 'ARTICLE_VIEWED')),
    subject_id uuid NOT NULL,
    views bigint NOT NULL CONSTRAINT views_positive CHECK (views > 0),
    -- the batch's: those of the last hours are found without a join
    at timestamptz(3) NOT NULL,
    PRIMARY KEY (batch_id, kind, subject_id)
);

CREATE INDEX views_of_products ON views (at) INCLUDE (subject_id, views) WHERE kind = 'PRODUCT_VIEWED';
