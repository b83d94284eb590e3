-- name: columns
-- A row of ledger.events, in the order of the table.
notification_id, originator_id, originator_version, topic, schema_version, recorded_at, actor, correlation_id,
       causation_id, trace_id, state

-- name: append
-- All events in one transaction, or none; answers the position of the last.
SELECT ledger.append(%b::text[], %b::bigint[], %b::text[], %b::smallint[], %b::text[], %b::uuid[], %b::text[], %b::text[],
                     %b::text[]) AS head

-- name: head
-- Position of the newest event; 0 in an empty ledger.
SELECT coalesce(max(notification_id), 0) AS head FROM ledger.events

-- name: read
-- Events above a position, in position order.
SELECT {columns}
FROM ledger.events WHERE notification_id > %s ORDER BY notification_id LIMIT %s

-- name: read_types
-- The same, of some types only.
SELECT {columns}
FROM ledger.events WHERE notification_id > %s AND topic = ANY(%s) ORDER BY notification_id LIMIT %s

-- name: read_stream
-- One stream, oldest first.
SELECT {columns}
FROM ledger.events WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version LIMIT %s

-- name: read_stream_newest_first
-- One stream, newest first.
SELECT {columns}
FROM ledger.events WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version DESC LIMIT %s

-- name: read_log
-- The newest events of all streams named "prefix:…", in a range from "prefix:" to "prefix;" (the next character in C order).
SELECT {columns}
FROM ledger.events
WHERE originator_id >= %s AND originator_id < %s AND (originator_id, originator_version) < (%s, %s)
ORDER BY originator_id DESC, originator_version DESC LIMIT %s

-- name: stored_events
-- One stream as the eventsourcing library asks for it.
SELECT * FROM ledger.events WHERE originator_id = %s AND originator_version > %s AND originator_version <= %s
ORDER BY originator_version LIMIT %s

-- name: stored_events_newest_first
-- The same, newest first.
SELECT * FROM ledger.events WHERE originator_id = %s AND originator_version > %s AND originator_version <= %s
ORDER BY originator_version DESC LIMIT %s

-- name: notifications
-- A section of the ledger as the eventsourcing library asks for it.
SELECT * FROM ledger.events
WHERE notification_id > %s AND notification_id <= %s AND (%s::text[] IS NULL OR topic = ANY(%s::text[]))
ORDER BY notification_id LIMIT %s

-- name: identity
-- Which ledger this is.
SELECT id::text FROM ledger.identity

-- name: is_stored
-- Whether this very event is what the ledger has at that position.
SELECT EXISTS (
    SELECT FROM ledger.events
    WHERE notification_id = %s AND originator_id = %s AND originator_version = %s AND correlation_id = %s
      AND recorded_at = %s
)
