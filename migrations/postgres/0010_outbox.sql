-- The outbox: events that were committed together with what they tell of, until a relay has told them. Then they are deleted:
-- nobody reads by a "last id", because ids commit in another order than they were drawn.
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    -- what changed, and its version: the events of one aggregate are told in this order
    aggregate text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz(3) NOT NULL,
    fact jsonb NOT NULL,
    -- a relay has it until then; a relay that died lets it go by time alone
    leased_until timestamptz(3),
    -- not before this time
    retry_at timestamptz(3),
    tries integer NOT NULL DEFAULT 0 CONSTRAINT outbox_tries_not_negative CHECK (tries >= 0),
    parked boolean NOT NULL DEFAULT false,
    error text NOT NULL DEFAULT ''
);

-- the first of each aggregate, and whether an earlier one is still there
CREATE INDEX outbox_in_order ON outbox (aggregate, sequence, id) WHERE NOT parked;
CREATE INDEX outbox_by_age ON outbox (at, id) WHERE NOT parked;
CREATE INDEX outbox_parked ON outbox (at, id) WHERE parked;
