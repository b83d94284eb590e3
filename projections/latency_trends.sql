-- name: create
-- Latencies of passing outcomes in buckets of a day and an hour of UTC, as histograms that can be added. An hour holds its
-- 5-minute buckets too: they change together, and one row in place of thirteen is most of the cost of writing.
CREATE SCHEMA latency_trends;
CREATE TABLE latency_trends.hours (
    monitor_id   text        COLLATE "C" NOT NULL,
    at           timestamptz NOT NULL,   -- where the hour begins
    outcomes     bigint      NOT NULL,
    latency      bytea       NOT NULL,   -- projections.latencies.Latency
    five_minutes bytea       NOT NULL,   -- projections.latencies.split_parts
    PRIMARY KEY (monitor_id, at)
) WITH (fillfactor = 70);
CREATE TABLE latency_trends.days (
    monitor_id   text        COLLATE "C" NOT NULL,
    at           timestamptz NOT NULL,   -- where the day begins
    outcomes     bigint      NOT NULL,
    latency      bytea       NOT NULL,   -- projections.latencies.Latency
    PRIMARY KEY (monitor_id, at)
) WITH (fillfactor = 70);

-- name: load_hours
SELECT b.monitor_id, b.at, b.latency, b.five_minutes
FROM unnest(%b::text[], %b::timestamptz[]) AS k(monitor_id, at) JOIN latency_trends.hours b USING (monitor_id, at);

-- name: load_days
SELECT b.monitor_id, b.at, b.latency
FROM unnest(%b::text[], %b::timestamptz[]) AS k(monitor_id, at) JOIN latency_trends.days b USING (monitor_id, at);

-- name: save_hours
INSERT INTO latency_trends.hours
SELECT * FROM unnest(%b::text[], %b::timestamptz[], %b::bigint[], %b::bytea[], %b::bytea[])
ON CONFLICT (monitor_id, at) DO UPDATE SET outcomes = excluded.outcomes, latency = excluded.latency,
    five_minutes = excluded.five_minutes;

-- name: save_days
INSERT INTO latency_trends.days
SELECT * FROM unnest(%b::text[], %b::timestamptz[], %b::bigint[], %b::bytea[])
ON CONFLICT (monitor_id, at) DO UPDATE SET outcomes = excluded.outcomes, latency = excluded.latency;

-- name: days
-- Whole days within a window.
SELECT monitor_id, at, latency FROM latency_trends.days
WHERE monitor_id = ANY(%(ids)s) AND at >= %(start)s AND at < %(end)s ORDER BY monitor_id, at;

-- name: hours
-- Whole hours within a window.
SELECT monitor_id, at, latency FROM latency_trends.hours
WHERE monitor_id = ANY(%(ids)s) AND at >= %(start)s AND at < %(end)s ORDER BY monitor_id, at;

-- name: five_minutes
-- The 5-minute buckets of the hours that touch a window.
SELECT monitor_id, at, five_minutes FROM latency_trends.hours
WHERE monitor_id = ANY(%(ids)s) AND at > %(start)s - interval '1 hour' AND at < %(end)s ORDER BY monitor_id, at;
