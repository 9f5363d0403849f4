-- Activity: what happened, append-only. The id makes writing an event twice the same as once.
CREATE TABLE activity (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    customer_id BLOB    NOT NULL CHECK (length(customer_id) = 16),
    kind        TEXT    NOT NULL CHECK (kind IN (
        'SIGNED_UP', 'PRODUCT_VIEWED', 'ARTICLE_VIEWED', 'ORDER_PLACED', 'ORDER_PAID', 'ORDER_SHIPPED', 'ORDER_CANCELLED', 'COMMENTED'
    )),
    at          INTEGER NOT NULL CHECK (at >= 0),
    order_id    BLOB CHECK (length(order_id) = 16),
    product_id  BLOB CHECK (length(product_id) = 16),
    article_id  BLOB CHECK (length(article_id) = 16),
    data        TEXT    NOT NULL CHECK (json_type(data) = 'object')
) STRICT;

-- a customer's history, an order's timeline, and the views for rebuilding counters; all but the first leave out the other rows.
-- One index for each kind of view: SQLite takes such an index only where the question repeats its condition word for word.
CREATE INDEX activity_customer ON activity (customer_id, at, id);
CREATE INDEX activity_order ON activity (order_id, at, id) WHERE order_id IS NOT NULL;
CREATE INDEX activity_product_views ON activity (at, product_id) WHERE kind = 'PRODUCT_VIEWED';
CREATE INDEX activity_article_views ON activity (at, article_id) WHERE kind = 'ARTICLE_VIEWED';
-- the newest event of any kind
CREATE INDEX activity_at ON activity (at);
