-- The outbox: events that were committed together with what they tell of, until a relay has told them. Then they are deleted.
CREATE TABLE outbox (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- what changed, and its version: the events of one aggregate are told in this order
    aggregate    TEXT    NOT NULL,
    sequence     INTEGER NOT NULL,
    at           INTEGER NOT NULL CHECK (at >= 0),
    fact         TEXT    NOT NULL CHECK (json_valid(fact)),
    -- a relay has it until then; a relay that died lets it go by time alone
    leased_until INTEGER,
    -- not before this time
    retry_at     INTEGER,
    tries        INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    parked       INTEGER NOT NULL DEFAULT 0 CHECK (parked IN (0, 1)),
    error        TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- the first of each aggregate, and whether an earlier one is still there
CREATE INDEX outbox_in_order ON outbox (aggregate, sequence, id) WHERE parked = 0;
CREATE INDEX outbox_age ON outbox (at, id) WHERE parked = 0;
CREATE INDEX outbox_parked ON outbox (at, id) WHERE parked = 1;
