-- name: lead
-- Become the only one to do something: held until the session ends.
SELECT pg_try_advisory_lock(hashtextextended('vitalog ' || %s, 0))

-- name: relayed
-- How far a JetStream stream has got.
SELECT position FROM operations.relayed WHERE stream = %s

-- name: remember_relayed
-- Remember it; never backwards.
INSERT INTO operations.relayed (stream, position) VALUES (%s, %s)
ON CONFLICT (stream) DO UPDATE SET position = greatest(relayed.position, excluded.position)

-- name: heartbeat_before
-- The last heartbeat; the row lock makes two listeners take turns, so that only one sees one that is too old.
SELECT at FROM operations.heartbeats WHERE region = %s FOR UPDATE

-- name: beat
-- A new heartbeat; never backwards.
INSERT INTO operations.heartbeats (region, at) VALUES (%s, %s)
ON CONFLICT (region) DO UPDATE SET at = greatest(heartbeats.at, excluded.at)
