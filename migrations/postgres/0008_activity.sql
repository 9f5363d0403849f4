-- Activity: what happened, append-only. The program never updates a row; an event that comes twice has the same id.
CREATE TABLE activity (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT activity_kind_known CHECK (kind IN (
        'SIGNED_UP', 'PRODUCT_VIEWED', 'ARTICLE_VIEWED', 'ORDER_PLACED', 'ORDER_PAID', 'ORDER_SHIPPED', 'ORDER_CANCELLED', 'COMMENTED'
    )),
    at timestamptz(3) NOT NULL,
    order_id uuid,
    product_id uuid,
    article_id uuid,
    data jsonb NOT NULL CONSTRAINT activity_data_is_an_object CHECK (jsonb_typeof(data) = 'object')
);

-- A customer's history, newest first, and an order's, earliest first. Most events are about no order: a partial index does
-- not hold them.
CREATE INDEX activity_by_customer ON activity (customer_id, at, id);
CREATE INDEX activity_by_order ON activity (order_id, at, id) WHERE order_id IS NOT NULL;
-- Views since some time, counted from the index alone; and the time of the newest event of any kind.
CREATE INDEX activity_views ON activity (at) INCLUDE (kind, product_id, article_id) WHERE kind IN ('PRODUCT_VIEWED', 'ARTICLE_VIEWED');
CREATE INDEX activity_by_time ON activity (at);
