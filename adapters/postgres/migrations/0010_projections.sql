-- Where the read models stand. The read models themselves are schemas that the projector creates, rebuilds and swaps.
CREATE SCHEMA projections;

-- One row per read model (`name`), and one per read model being built beside it (`name__next`).
CREATE TABLE projections.checkpoints (
    name           text        COLLATE "C" PRIMARY KEY,
    position       bigint      NOT NULL DEFAULT 0,   -- every event up to here is folded in; written with the rows
    generation     bigint      NOT NULL DEFAULT 1,   -- another one after each swap: what a projector remembers is void
    stopped_reason text,                             -- why it cannot go on; NULL while it can
    updated_at     timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- Events that a read model could not fold, and the later ones of their streams, which wait behind them.
CREATE TABLE projections.dead_letters (
    projection text        COLLATE "C" NOT NULL,
    position   bigint      NOT NULL,
    stream     text        COLLATE "C" NOT NULL,
    version    bigint      NOT NULL,
    type       text        NOT NULL,
    poison     boolean     NOT NULL,                 -- true: it failed itself; false: it came after one that did
    error      text        NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, position)
);

CREATE TABLE projections.rebuilds (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection   text        NOT NULL,
    state        text        NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'running', 'done', 'failed')),
    requested_at timestamptz NOT NULL DEFAULT now(),
    requested_by text        NOT NULL,
    started_at   timestamptz,
    finished_at  timestamptz,
    position     bigint      NOT NULL DEFAULT 0,
    head         bigint      NOT NULL DEFAULT 0,
    error        text
);
-- At most one unfinished rebuild of each.
CREATE UNIQUE INDEX rebuilds_pending ON projections.rebuilds (projection) WHERE state IN ('requested', 'running');

GRANT USAGE ON SCHEMA projections TO vitalog;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA projections TO vitalog;
