-- name: create
-- What is watched, and what is known about it now. Definitions change rarely, states with every outcome: two tables.
CREATE SCHEMA monitor_status;
CREATE TABLE monitor_status.monitors (
    id          text    COLLATE "C" PRIMARY KEY,
    name        text    NOT NULL,
    target      text    NOT NULL,
    tags        text[]  NOT NULL,
    paused      boolean NOT NULL,
    retired     boolean NOT NULL,
    definition  text    NOT NULL   -- JSON of domain.monitoring.monitor.Monitor
);
CREATE INDEX monitors_by_name ON monitor_status.monitors (name COLLATE "C", id) WHERE NOT retired;
CREATE TABLE monitor_status.states (
    monitor_id    text        COLLATE "C" PRIMARY KEY,
    status        text        NOT NULL,  -- as confirmed; unknown to a reader once vouched_until has passed
    since         timestamptz NOT NULL,  -- back-dated
    seen_at       timestamptz,           -- effective time of the newest outcome that is not an error
    vouched_until timestamptz,
    listens_from  timestamptz,           -- only outcomes from here on speak for it; NULL while paused
    retired_at    timestamptz,
    incident_id   text,                  -- the open incident
    last_outcome  text                   -- JSON of projections.monitor_status.LastOutcome
) WITH (fillfactor = 50);

-- name: load
-- Monitors with their states.
SELECT m.id, m.definition, s.status, s.since, s.seen_at, s.vouched_until, s.listens_from, s.retired_at, s.incident_id,
       s.last_outcome
FROM monitor_status.monitors m JOIN monitor_status.states s ON s.monitor_id = m.id
WHERE m.id = ANY(%s);

-- name: save_monitors
-- Write changed definitions. Tags come as JSON arrays.
INSERT INTO monitor_status.monitors (id, name, target, tags, paused, retired, definition)
SELECT n.id, n.name, n.target, ARRAY(SELECT jsonb_array_elements_text(n.tags::jsonb)), n.paused, n.retired, n.definition
FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::boolean[], %b::boolean[], %b::text[])
     AS n(id, name, target, tags, paused, retired, definition)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, target = excluded.target, tags = excluded.tags,
    paused = excluded.paused, retired = excluded.retired, definition = excluded.definition;

-- name: save_states
-- Write changed states.
INSERT INTO monitor_status.states
SELECT * FROM unnest(%b::text[], %b::text[], %b::timestamptz[], %b::timestamptz[], %b::timestamptz[], %b::timestamptz[],
                     %b::timestamptz[], %b::text[], %b::text[])
ON CONFLICT (monitor_id) DO UPDATE SET status = excluded.status, since = excluded.since, seen_at = excluded.seen_at,
    vouched_until = excluded.vouched_until, listens_from = excluded.listens_from, retired_at = excluded.retired_at,
    incident_id = excluded.incident_id, last_outcome = excluded.last_outcome;

-- name: get
-- One monitor, with what is known about it at a time.
SELECT m.definition, s.retired_at, s.incident_id, s.last_outcome, s.vouched_until,
       CASE WHEN s.vouched_until > %(now)s THEN s.status ELSE 'unknown' END,
       CASE WHEN s.vouched_until <= %(now)s THEN s.vouched_until ELSE s.since END
FROM monitor_status.monitors m JOIN monitor_status.states s ON s.monitor_id = m.id
WHERE m.id = %(id)s;

-- name: list_by_name
-- A page of monitors in order of name.
SELECT m.definition, s.retired_at, s.incident_id, s.last_outcome, s.vouched_until,
       CASE WHEN s.vouched_until > %(now)s THEN s.status ELSE 'unknown' END,
       CASE WHEN s.vouched_until <= %(now)s THEN s.vouched_until ELSE s.since END
FROM monitor_status.monitors m JOIN monitor_status.states s ON s.monitor_id = m.id
WHERE (%(retired)s OR NOT m.retired)
  AND (%(after_id)s::text IS NULL OR (m.name COLLATE "C", m.id) > (%(after_name)s, %(after_id)s))
  AND (%(tag)s::text IS NULL OR %(tag)s = ANY(m.tags))
  AND (%(status)s::text IS NULL
       OR (%(status)s = 'paused' AND m.paused)
       OR (NOT m.paused AND %(status)s = CASE WHEN s.vouched_until > %(now)s THEN s.status ELSE 'unknown' END))
  AND (%(q)s::text IS NULL OR strpos(lower(m.name), lower(%(q)s)) > 0 OR strpos(lower(m.target), lower(%(q)s)) > 0)
ORDER BY m.name COLLATE "C", m.id
LIMIT %(limit)s;

-- name: list_by_id
-- A page of monitors in order of id.
SELECT m.definition, s.retired_at, s.incident_id, s.last_outcome, s.vouched_until,
       CASE WHEN s.vouched_until > %(now)s THEN s.status ELSE 'unknown' END,
       CASE WHEN s.vouched_until <= %(now)s THEN s.vouched_until ELSE s.since END
FROM monitor_status.monitors m JOIN monitor_status.states s ON s.monitor_id = m.id
WHERE (%(retired)s OR NOT m.retired)
  AND (%(after_id)s::text IS NULL OR m.id > %(after_id)s)
  AND (%(tag)s::text IS NULL OR %(tag)s = ANY(m.tags))
  AND (%(status)s::text IS NULL
       OR (%(status)s = 'paused' AND m.paused)
       OR (NOT m.paused AND %(status)s = CASE WHEN s.vouched_until > %(now)s THEN s.status ELSE 'unknown' END))
  AND (%(q)s::text IS NULL OR strpos(lower(m.name), lower(%(q)s)) > 0 OR strpos(lower(m.target), lower(%(q)s)) > 0)
ORDER BY m.id
LIMIT %(limit)s;

-- name: count
-- How many monitors are in each state at a time.
SELECT CASE WHEN m.paused THEN 'paused' WHEN s.vouched_until > %(now)s THEN s.status ELSE 'unknown' END, count(*)
FROM monitor_status.monitors m JOIN monitor_status.states s ON s.monitor_id = m.id
WHERE NOT m.retired
GROUP BY 1;
