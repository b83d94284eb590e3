-- name: create
-- Latencies of passing outcomes in buckets of 5 minutes, an hour and a day of UTC, as histograms that can be added.
CREATE SCHEMA latency_trends;
CREATE TABLE latency_trends.buckets (
    monitor_id   text        COLLATE "C" NOT NULL,
    resolution_s integer     NOT NULL,   -- 300, 3600 or 86400
    at           timestamptz NOT NULL,   -- where the bucket begins
    outcomes     bigint      NOT NULL,
    histogram    bytea       NOT NULL,   -- domain.monitoring.histogram, tenths of a millisecond
    phase_sums   bigint[]    NOT NULL,   -- dns, connect, tls, first byte: tenths of a millisecond
    phase_counts bigint[]    NOT NULL,   -- how many outcomes had that phase
    PRIMARY KEY (monitor_id, resolution_s, at)
) WITH (fillfactor = 80);

-- name: load
-- Buckets by key.
SELECT b.monitor_id, b.resolution_s, b.at, b.histogram, b.phase_sums, b.phase_counts
FROM unnest(%s::text[], %s::integer[], %s::timestamptz[]) AS k(monitor_id, resolution_s, at)
JOIN latency_trends.buckets b USING (monitor_id, resolution_s, at);

-- name: save
-- Write changed buckets. Phases come as array literals.
INSERT INTO latency_trends.buckets
SELECT n.monitor_id, n.resolution_s, n.at, n.outcomes, n.histogram, n.phase_sums::bigint[], n.phase_counts::bigint[]
FROM unnest(%s::text[], %s::integer[], %s::timestamptz[], %s::bigint[], %s::bytea[], %s::text[], %s::text[])
     AS n(monitor_id, resolution_s, at, outcomes, histogram, phase_sums, phase_counts)
ON CONFLICT (monitor_id, resolution_s, at) DO UPDATE SET outcomes = excluded.outcomes, histogram = excluded.histogram,
    phase_sums = excluded.phase_sums, phase_counts = excluded.phase_counts;

-- name: window
-- The buckets of one resolution within a window.
SELECT monitor_id, at, histogram, phase_sums, phase_counts FROM latency_trends.buckets
WHERE monitor_id = ANY(%(ids)s) AND resolution_s = %(resolution_s)s AND at >= %(start)s AND at < %(end)s
ORDER BY monitor_id, at;
