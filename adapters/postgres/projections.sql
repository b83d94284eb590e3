-- name: backlog
-- What projections need of the events above a position, in order. Outcomes are nearly all of them, and of theirs nobody
-- asks for metadata.
SELECT notification_id, originator_id, originator_version, topic, schema_version, state,
       CASE WHEN topic <> 'monitoring.probe-recorded' THEN recorded_at END,
       CASE WHEN topic <> 'monitoring.probe-recorded' THEN actor END,
       CASE WHEN topic <> 'monitoring.probe-recorded' THEN correlation_id::text END,
       CASE WHEN topic <> 'monitoring.probe-recorded' THEN causation_id END
FROM ledger.events WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id

-- name: lock_schemas
-- Schemas are created, swapped and dropped by one session at a time.
SELECT pg_advisory_xact_lock(hashtextextended('vitalog schemas', 0))

-- name: lock_checkpoints
-- Whoever changes read models holds their checkpoints, in order of name so that nobody waits in a circle.
SELECT name, position, generation FROM projections.checkpoints WHERE name = ANY(%s) ORDER BY name FOR UPDATE

-- name: advance
-- In the transaction of the rows.
UPDATE projections.checkpoints SET position = %s, stopped_reason = NULL, updated_at = clock_timestamp()
WHERE name = ANY(%s)

-- name: stop
-- Say why these cannot go on.
UPDATE projections.checkpoints SET stopped_reason = %s, updated_at = clock_timestamp() WHERE name = ANY(%s)

-- name: begin
-- A read model that starts from nothing; what was remembered of its tables is void.
INSERT INTO projections.checkpoints (name, shape) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET position = 0, generation = checkpoints.generation + 1, stopped_reason = NULL,
    shape = excluded.shape

-- name: missing
-- The read models of a list that have no tables or no checkpoint, or were built by another definition.
SELECT n.name FROM unnest(%s::text[], %s::text[]) AS n(name, shape) LEFT JOIN projections.checkpoints c ON c.name = n.name
WHERE to_regnamespace(n.name) IS NULL OR c.shape IS DISTINCT FROM n.shape

-- name: old_schemas
-- What swaps of a read model left behind.
SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)

-- name: bound_lock_wait
SET LOCAL lock_timeout = '2s'

-- name: parked_streams
-- Streams whose events wait behind one that failed.
SELECT DISTINCT projection, stream FROM projections.dead_letters WHERE projection = ANY(%s)

-- name: park
-- In the transaction of the checkpoint.
INSERT INTO projections.dead_letters (projection, position, stream, version, type, poison, error)
SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::boolean[], %s::text[])
ON CONFLICT DO NOTHING

-- name: forget_dead_letters
DELETE FROM projections.dead_letters WHERE projection = %s

-- name: forget_checkpoint
DELETE FROM projections.checkpoints WHERE name = %s

-- name: notify
SELECT pg_notify('projections', %s)

-- name: take_rebuild
-- The oldest unfinished one. One that is already running was interrupted: whoever asks holds the lock.
UPDATE projections.rebuilds SET state = 'running', started_at = clock_timestamp(), position = 0
WHERE id = (SELECT id FROM projections.rebuilds WHERE state IN ('requested', 'running') ORDER BY id LIMIT 1)
RETURNING id, projection

-- name: rebuild_progress
UPDATE projections.rebuilds SET position = %s, head = %s WHERE id = %s

-- name: rebuild_done
UPDATE projections.rebuilds SET state = 'done', finished_at = clock_timestamp(), position = %s, head = %s WHERE id = %s

-- name: rebuild_failed
UPDATE projections.rebuilds SET state = 'failed', finished_at = clock_timestamp(), error = %s WHERE id = %s

-- name: adopt_dead_letters
-- What failed in the new build is what counts now.
UPDATE projections.dead_letters SET projection = %s WHERE projection = %s

-- name: adopt_checkpoint
-- The new build takes the name over; another generation tells the running projector to drop what it remembers.
UPDATE projections.checkpoints SET position = %s, generation = generation + 1, stopped_reason = NULL, shape = %s,
       updated_at = clock_timestamp() WHERE name = %s
