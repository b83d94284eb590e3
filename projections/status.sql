-- name: list
-- Where every read model stands.
SELECT c.name, c.position, l.head, (SELECT count(*) FROM projections.dead_letters d WHERE d.projection = c.name),
       c.stopped_reason, c.generation, c.updated_at
FROM projections.checkpoints c, (SELECT coalesce(max(notification_id), 0) FROM ledger.events) AS l(head)
WHERE c.name = ANY(%(names)s);

-- name: rebuilds
-- The newest rebuild of each.
SELECT DISTINCT ON (projection) id, projection, state, requested_at, requested_by, started_at, finished_at, position,
       head, error, extract(epoch FROM coalesce(finished_at, clock_timestamp()) - started_at)::float8
FROM projections.rebuilds WHERE projection = ANY(%(names)s) ORDER BY projection, id DESC;

-- name: dead_letters
SELECT projection, position, stream, version, type, poison, error, parked_at FROM projections.dead_letters
WHERE (%(name)s::text IS NULL OR projection = %(name)s) AND projection = ANY(%(names)s) AND position > %(after)s
ORDER BY position, projection LIMIT %(limit)s;

-- name: request_rebuild
-- One that is not finished stands for the new request too.
INSERT INTO projections.rebuilds (projection, requested_by) VALUES (%(name)s, %(by)s) ON CONFLICT DO NOTHING;
