-- name: create
-- Latencies of passing outcomes in buckets of 5 minutes, an hour and a day of UTC, as histograms that can be added.
CREATE SCHEMA latency_trends;
CREATE TABLE latency_trends.buckets (
    monitor_id   text        COLLATE "C" NOT NULL,
    resolution_s bigint      NOT NULL,   -- 300, 3600 or 86400
    at           timestamptz NOT NULL,   -- where the bucket begins
    outcomes     bigint      NOT NULL,
    histogram    bytea       NOT NULL,   -- domain.monitoring.histogram, tenths of a millisecond
    phases       bytea       NOT NULL,   -- projections.latency_trends.Latency: sums and counts of the phases
    PRIMARY KEY (monitor_id, resolution_s, at)
) WITH (fillfactor = 80);

-- name: load
-- Buckets by key.
SELECT b.monitor_id, b.resolution_s, b.at, b.histogram, b.phases
FROM unnest(%b::text[], %b::bigint[], %b::timestamptz[]) AS k(monitor_id, resolution_s, at)
JOIN latency_trends.buckets b USING (monitor_id, resolution_s, at);

-- name: save
-- Write changed buckets.
INSERT INTO latency_trends.buckets
SELECT * FROM unnest(%b::text[], %b::bigint[], %b::timestamptz[], %b::bigint[], %b::bytea[], %b::bytea[])
ON CONFLICT (monitor_id, resolution_s, at) DO UPDATE SET outcomes = excluded.outcomes, histogram = excluded.histogram,
    phases = excluded.phases;

-- name: window
-- The buckets of one resolution within a window.
SELECT monitor_id, at, histogram, phases FROM latency_trends.buckets
WHERE monitor_id = ANY(%(ids)s) AND resolution_s = %(resolution_s)s AND at >= %(start)s AND at < %(end)s
ORDER BY monitor_id, at;
