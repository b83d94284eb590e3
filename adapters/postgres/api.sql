-- name: reached
-- Whether all named read models have folded in everything up to a position.
SELECT count(*) = %s FROM projections.checkpoints WHERE name = ANY(%s) AND position >= %s

-- name: events
-- Events above a position, in position order. What else is wanted of them stands in place of the comment.
SELECT notification_id, originator_id, originator_version, topic, schema_version, recorded_at, actor, correlation_id,
       causation_id, state
FROM ledger.events WHERE notification_id > %(after)s /* and */ ORDER BY notification_id LIMIT %(limit)s

-- name: patient_of_checkup
-- Whose a checkup is.
SELECT split_part(originator_id, ':', 2) FROM ledger.events
WHERE split_part(originator_id, ':', 3) = %s AND topic = 'checkups.checkup-recorded'

-- name: verdicts
-- Outcomes by verdict between two positions.
SELECT state::json ->> 'verdict', count(*) FROM ledger.events
WHERE notification_id > %(after)s AND notification_id <= %(until)s AND topic = 'monitoring.probe-recorded' GROUP BY 1

-- name: take_key
-- Take an Idempotency-Key: new, or a day old, or taken for the same request by a session that has ended or has been silent
-- for half a minute. Should the first one still be at work after all, the command itself has its effect only once.
INSERT INTO api.answers AS a (actor, key, fingerprint) VALUES (%(actor)s, %(key)s, %(fingerprint)s)
ON CONFLICT (actor, key) DO UPDATE
SET fingerprint = excluded.fingerprint, begun_at = now(), holder = excluded.holder,
    status = NULL, headers = NULL, body = NULL
WHERE a.begun_at < now() - interval '1 day'
   OR (a.status IS NULL AND a.fingerprint = excluded.fingerprint
       AND (a.begun_at < now() - interval '30 seconds'
            OR NOT EXISTS (SELECT FROM pg_stat_activity AS session WHERE session.pid = a.holder)))
RETURNING true

-- name: find_answer
-- What a request with that key was answered.
SELECT fingerprint, status, headers, body FROM api.answers WHERE actor = %(actor)s AND key = %(key)s

-- name: keep_answer
-- The answer to the request that took the key.
UPDATE api.answers SET status = %(status)s, headers = %(headers)s, body = %(body)s
WHERE actor = %(actor)s AND key = %(key)s

-- name: release_key
-- Let go of a key whose request was not carried out.
DELETE FROM api.answers WHERE actor = %(actor)s AND key = %(key)s AND status IS NULL

-- name: forget_answers
-- Some of what is older than a day: with every answer kept, so that no process of its own is needed.
DELETE FROM api.answers WHERE (actor, key) IN
    (SELECT actor, key FROM api.answers WHERE begun_at < now() - interval '1 day' LIMIT 20 FOR UPDATE SKIP LOCKED)
