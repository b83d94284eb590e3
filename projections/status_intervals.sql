-- name: create
-- Vouched and paused time; uptime is computed from it. What no span covers between registration and retirement is unknown.
CREATE SCHEMA status_intervals;
CREATE TABLE status_intervals.timelines (
    monitor_id    text        COLLATE "C" PRIMARY KEY,
    registered_at timestamptz NOT NULL,
    retired_at    timestamptz,
    status        text        NOT NULL,  -- confirmed: what vouched time is now
    seen_at       timestamptz NOT NULL   -- effective time of the newest outcome when this row was written; spans know newer
);
CREATE TABLE status_intervals.spans (
    monitor_id text        COLLATE "C" NOT NULL,
    from_at    timestamptz NOT NULL,
    to_at      timestamptz,              -- NULL: a pause that is not over
    status     text        NOT NULL,     -- up, degraded, down, paused; unknown: vouched, but nothing confirmed yet
    seen_at    timestamptz NOT NULL,     -- effective time of the newest outcome when this row was written
    PRIMARY KEY (monitor_id, from_at)
) WITH (fillfactor = 80);

-- name: load_timelines
SELECT monitor_id, registered_at, retired_at, status, seen_at FROM status_intervals.timelines WHERE monitor_id = ANY(%s);

-- name: load_spans
-- The spans of some monitors that end at a time or later, and one or two before.
SELECT s.monitor_id, s.from_at, s.to_at, s.status, s.seen_at
FROM unnest(%b::text[], %b::timestamptz[]) AS k(monitor_id, at)
JOIN status_intervals.spans s ON s.monitor_id = k.monitor_id AND s.from_at >= coalesce(
    (SELECT b.from_at FROM status_intervals.spans b WHERE b.monitor_id = k.monitor_id AND b.from_at <= k.at
     ORDER BY b.from_at DESC OFFSET 1 LIMIT 1), '-infinity')
ORDER BY s.monitor_id, s.from_at;

-- name: save_timelines
INSERT INTO status_intervals.timelines
SELECT * FROM unnest(%b::text[], %b::timestamptz[], %b::timestamptz[], %b::text[], %b::timestamptz[])
ON CONFLICT (monitor_id) DO UPDATE SET registered_at = excluded.registered_at, retired_at = excluded.retired_at,
    status = excluded.status, seen_at = excluded.seen_at;

-- name: remove_spans
DELETE FROM status_intervals.spans s USING unnest(%b::text[], %b::timestamptz[]) AS k(monitor_id, from_at)
WHERE s.monitor_id = k.monitor_id AND s.from_at = k.from_at;

-- name: save_spans
INSERT INTO status_intervals.spans
SELECT * FROM unnest(%b::text[], %b::timestamptz[], %b::timestamptz[], %b::text[], %b::timestamptz[])
ON CONFLICT (monitor_id, from_at) DO UPDATE SET to_at = excluded.to_at, status = excluded.status,
    seen_at = excluded.seen_at;

-- name: lives
-- When some monitors were registered and retired.
SELECT monitor_id, registered_at, retired_at FROM status_intervals.timelines WHERE monitor_id = ANY(%(ids)s);

-- name: window
-- The spans of some monitors that overlap a window.
SELECT monitor_id, from_at, to_at, status FROM status_intervals.spans
WHERE monitor_id = ANY(%(ids)s) AND from_at < %(end)s AND (to_at IS NULL OR to_at > %(start)s)
ORDER BY monitor_id, from_at;
