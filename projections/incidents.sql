-- name: create
-- Incidents and the entries of their timelines.
CREATE SCHEMA incidents;
CREATE TABLE incidents.incidents (
    id              text        COLLATE "C" PRIMARY KEY,
    monitor_id      text        COLLATE "C" NOT NULL,
    state           text        NOT NULL,   -- open, acknowledged, resolved
    started_at      timestamptz NOT NULL,   -- back-dated to the first failure
    confirmed_at    timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at     timestamptz,
    resolved_by     text,
    resolution      text,
    cause           text        NOT NULL,
    detail          text,
    version         bigint      NOT NULL    -- of the incident's stream
);
CREATE INDEX incidents_newest ON incidents.incidents (started_at, id);
CREATE INDEX incidents_of_monitor ON incidents.incidents (monitor_id, started_at, id);
CREATE INDEX incidents_unresolved ON incidents.incidents (started_at, id) WHERE state <> 'resolved';
CREATE TABLE incidents.entries (
    incident_id text        COLLATE "C" NOT NULL,
    version     bigint      NOT NULL,
    position    bigint      NOT NULL,
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor       text        NOT NULL,
    type        text        NOT NULL,
    data        text        NOT NULL,       -- JSON of the event
    PRIMARY KEY (incident_id, version)
);

-- name: load
SELECT id, monitor_id, state, started_at, confirmed_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by,
       resolution, cause, detail, version
FROM incidents.incidents WHERE id = ANY(%s);

-- name: save_incidents
INSERT INTO incidents.incidents
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                     %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (id) DO UPDATE SET state = excluded.state, acknowledged_at = excluded.acknowledged_at,
    acknowledged_by = excluded.acknowledged_by, resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by,
    resolution = excluded.resolution, version = excluded.version;

-- name: save_entries
INSERT INTO incidents.entries
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[],
                     %s::text[], %s::text[]);

-- name: list
-- A page of incidents, newest first.
SELECT id, monitor_id, state, started_at, confirmed_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by,
       resolution, cause, detail, version
FROM incidents.incidents
WHERE (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(monitor_id)s::text IS NULL OR monitor_id = %(monitor_id)s)
  AND (%(before_id)s::text IS NULL OR (started_at, id) < (%(before_at)s, %(before_id)s))
ORDER BY started_at DESC, id DESC
LIMIT %(limit)s;

-- name: entries
-- The timeline of one incident.
SELECT position, version, at, recorded_at, actor, type, data FROM incidents.entries
WHERE incident_id = %s ORDER BY version;
