-- name: named
-- Who these users are, sealed under their own keys.
SELECT id, sealed FROM users.users WHERE id = ANY(%s);

-- name: owners
-- Whose API keys these are.
SELECT id, user_id FROM users.api_keys WHERE id = ANY(%s);

-- name: keys_of
-- Under which keys a user acts.
SELECT id FROM users.api_keys WHERE user_id = %s;

-- name: months
-- Reads of personal data by month of the installation's time zone, oldest month first.
SELECT to_char(at AT TIME ZONE %(zone)s, 'YYYY-MM'), count(*), max(position)
FROM activity.entries WHERE type = 'identity.personal-data-read' GROUP BY 1 ORDER BY 1;

-- name: reviews
-- Every review, oldest first.
SELECT position, at, actor, data FROM activity.entries WHERE type = 'identity.month-reviewed' ORDER BY position;

-- name: reads
-- Reads of personal data in a period, with those of their subjects that are patients. Whoever looks through what is
-- unusual is not unusual for that. The collation is that of the index on entries: another would leave it unused.
SELECT e.position, e.at, e.actor,
       ARRAY(SELECT s.subject FROM activity.subjects AS s
             WHERE s.position = e.position
               AND EXISTS (SELECT FROM activity.entries AS r
                           WHERE r.subject = s.subject COLLATE "default" AND r.subject_kind = 'patient')
             ORDER BY s.subject)
FROM activity.entries AS e
WHERE e.type = 'identity.personal-data-read' AND e.at >= %(from)s AND e.at < %(to)s
  AND e.data::json ->> 'operation' <> 'GET /api/v1/audit/unusual'
ORDER BY e.position;

-- name: until
-- The newest entry before a moment.
SELECT coalesce(max(position), 0) FROM activity.entries WHERE at < %s;

-- name: namesakes
SELECT id, own, families FROM namesakes.people WHERE id = ANY(%s);
