-- name: password
SELECT hashed FROM identity.passwords WHERE user_id = %(user)s

-- name: set_password
INSERT INTO identity.passwords (user_id, hashed) VALUES (%(user)s, %(hashed)s)
ON CONFLICT (user_id) DO UPDATE SET hashed = excluded.hashed, set_at = now()

-- name: begin_attempt
-- Count one more failure, unless the account is locked; the last one that is allowed locks it.
INSERT INTO identity.attempts AS a (account, failures) VALUES (%(account)s, ARRAY[%(now)s::timestamptz])
ON CONFLICT (account) DO UPDATE SET
    failures = CASE WHEN a.locked_until > %(now)s THEN a.failures ELSE
        ARRAY(SELECT f FROM unnest(a.failures) AS f WHERE f > %(since)s) || %(now)s::timestamptz END,
    locked_until = CASE WHEN a.locked_until > %(now)s THEN a.locked_until
        WHEN (SELECT count(*) FROM unnest(a.failures) AS f WHERE f > %(since)s) >= %(allowed)s THEN %(until)s END
RETURNING locked_until

-- name: attempt_succeeded
DELETE FROM identity.attempts WHERE account = %(account)s

-- name: forget_attempts
-- Some of what is over: with every success, so that no process of its own is needed.
DELETE FROM identity.attempts WHERE account IN (
    SELECT account FROM identity.attempts
    WHERE failures[cardinality(failures)] < %(since)s AND coalesce(locked_until, %(since)s) < %(now)s
    LIMIT 20 FOR UPDATE SKIP LOCKED)

-- name: propose_seed
INSERT INTO identity.seeds (user_id, proposed) VALUES (%(user)s, %(sealed)s)
ON CONFLICT (user_id) DO UPDATE SET proposed = excluded.proposed

-- name: seeds
SELECT sealed, proposed FROM identity.seeds WHERE user_id = %(user)s

-- name: confirm_seed
UPDATE identity.seeds SET sealed = proposed, proposed = NULL, last_step = %(step)s
WHERE user_id = %(user)s AND proposed IS NOT NULL

-- name: use_step
-- Of two requests with the same code, one gets a row.
UPDATE identity.seeds SET last_step = %(step)s WHERE user_id = %(user)s AND last_step < %(step)s RETURNING true

-- name: drop_seeds
DELETE FROM identity.seeds WHERE user_id = %(user)s

-- name: open_session
WITH opened AS (
    INSERT INTO identity.sessions (id, user_id, expires_at) VALUES (%(session)s, %(user)s, %(expires)s) RETURNING id
)
INSERT INTO identity.refresh_tokens (digest, session_id) SELECT %(digest)s, id FROM opened

-- name: forget_sessions
-- Some of those that have expired, with their tokens: with every login.
DELETE FROM identity.sessions WHERE id IN (
    SELECT id FROM identity.sessions WHERE expires_at < %(now)s LIMIT 20 FOR UPDATE SKIP LOCKED)

-- name: use_refresh_token
-- Of many requests with the same token, one gets a row.
UPDATE identity.refresh_tokens AS t SET used_at = %(now)s
FROM identity.sessions AS s
WHERE t.digest = %(digest)s AND t.used_at IS NULL
  AND s.id = t.session_id AND s.ended_at IS NULL AND s.expires_at > %(now)s
RETURNING s.id, s.user_id

-- name: add_refresh_token
INSERT INTO identity.refresh_tokens (digest, session_id) VALUES (%(digest)s, %(session)s)

-- name: refresh_token
SELECT t.used_at IS NOT NULL, s.id, s.user_id, s.ended_at IS NOT NULL
FROM identity.refresh_tokens AS t JOIN identity.sessions AS s ON s.id = t.session_id WHERE t.digest = %(digest)s

-- name: live_sessions
SELECT id FROM identity.sessions
WHERE user_id = %(user)s AND ended_at IS NULL AND expires_at > %(now)s ORDER BY id

-- name: session_is_live
SELECT true FROM identity.sessions WHERE id = %(session)s AND ended_at IS NULL AND expires_at > %(now)s

-- name: end_sessions
UPDATE identity.sessions SET ended_at = %(now)s WHERE id = ANY(%(sessions)s) AND ended_at IS NULL

-- name: keep_api_key
INSERT INTO identity.api_keys (digest, key_id, user_id, expires_at)
VALUES (%(digest)s, %(key)s, %(user)s, %(expires)s)

-- name: api_key
SELECT key_id FROM identity.api_keys WHERE digest = %(digest)s AND expires_at > %(now)s

-- name: api_key_works
SELECT true FROM identity.api_keys WHERE key_id = %(key)s AND expires_at > %(now)s

-- name: drop_api_key
DELETE FROM identity.api_keys WHERE key_id = %(key)s

-- name: link
INSERT INTO identity.links AS l (account, user_id) VALUES (%(account)s, %(user)s)
ON CONFLICT (account) DO UPDATE SET user_id = l.user_id RETURNING user_id

-- name: linked
SELECT user_id FROM identity.links WHERE account = %(account)s

-- name: unlink
DELETE FROM identity.links WHERE account = %(account)s AND user_id = %(user)s

-- name: begin_flow
INSERT INTO identity.flows (state, browser, sealed, expires_at)
VALUES (%(state)s, %(browser)s, %(sealed)s, %(until)s)

-- name: forget_flows
DELETE FROM identity.flows WHERE state IN (
    SELECT state FROM identity.flows WHERE expires_at < %(now)s LIMIT 20 FOR UPDATE SKIP LOCKED)

-- name: finish_flow
DELETE FROM identity.flows WHERE state = %(state)s RETURNING browser = %(browser)s AND expires_at > %(now)s, sealed

-- name: forget
WITH passwords AS (DELETE FROM identity.passwords WHERE user_id = %(user)s),
     seeds AS (DELETE FROM identity.seeds WHERE user_id = %(user)s),
     sessions AS (DELETE FROM identity.sessions WHERE user_id = %(user)s),
     api_keys AS (DELETE FROM identity.api_keys WHERE user_id = %(user)s)
DELETE FROM identity.links WHERE user_id = %(user)s

-- name: alone
-- Held until the transaction ends, however it ends.
SELECT pg_advisory_xact_lock(hashtextextended('vitalog identity: ' || %(what)s, 0))
