-- Orders: the head of a purchase.
--
-- That total_minor is the sum of the lines is a rule over two tables, which no CHECK can hold: the program verifies it
-- before it writes, and head and lines are always written together.
CREATE TABLE orders (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL CONSTRAINT orders_customer_exists REFERENCES customers (id),
    status text NOT NULL CONSTRAINT orders_status_known CHECK (status IN ('PLACED', 'PAID', 'SHIPPED', 'CANCELLED')),
    placed_at timestamptz(3) NOT NULL,
    total_minor bigint NOT NULL CONSTRAINT orders_total_not_negative CHECK (total_minor >= 0),
    currency text COLLATE "C" NOT NULL CONSTRAINT orders_currency_is_the_shops REFERENCES currencies (code),
    version bigint NOT NULL
);

CREATE INDEX orders_by_placement ON orders (placed_at, id);
CREATE INDEX orders_by_total ON orders (total_minor, id);
CREATE INDEX orders_by_status ON orders (status, placed_at, id);
-- The latest orders of each of many customers, and what a customer spent.
CREATE INDEX orders_by_customer ON orders (customer_id, placed_at, id);

-- Lines: price and discount are what was agreed on that day; the product may cost something else now.
CREATE TABLE order_items (
    order_id uuid NOT NULL CONSTRAINT order_items_order_exists REFERENCES orders (id),
    line integer NOT NULL CONSTRAINT order_items_line_above_zero CHECK (line > 0),
    product_id uuid NOT NULL CONSTRAINT order_items_product_exists REFERENCES products (id),
    quantity bigint NOT NULL CONSTRAINT order_items_quantity_above_zero CHECK (quantity > 0),
    unit_price_minor bigint NOT NULL CONSTRAINT order_items_price_not_negative CHECK (unit_price_minor >= 0),
    discount_minor bigint NOT NULL
        CONSTRAINT order_items_discount_within_line CHECK (discount_minor BETWEEN 0 AND quantity * unit_price_minor),
    PRIMARY KEY (order_id, line)
);

-- For the foreign key: without it, deleting a product would read all lines.
CREATE INDEX order_items_by_product ON order_items (product_id);
