-- name: find
-- The wrapped keys of those subjects that have one.
SELECT subject, wrapping_key, wrapped FROM vault.data_keys WHERE subject = ANY(%s) AND wrapped IS NOT NULL

-- name: erased
-- Which of these subjects were forgotten.
SELECT subject FROM vault.data_keys WHERE subject = ANY(%s) AND wrapped IS NULL ORDER BY subject

-- name: first_wrapping
-- The first key-encryption key this installation sees is its current one.
INSERT INTO vault.wrapping (key_id) VALUES (%s) ON CONFLICT DO NOTHING

-- name: keep
-- New keys, if the key that wrapped them is still the current one.
WITH still AS MATERIALIZED (SELECT key_id FROM vault.wrapping WHERE key_id = %(wrapping_key)s FOR SHARE)
INSERT INTO vault.data_keys (subject, wrapping_key, wrapped)
SELECT made.subject, still.key_id, made.wrapped
FROM unnest(%(subjects)s::text[], %(wrapped)s::bytea[]) AS made (subject, wrapped), still
ON CONFLICT (subject) DO NOTHING

-- name: destroy
-- Forget: the key goes, the fact that it is gone stays.
INSERT INTO vault.data_keys (subject, destroyed_at)
SELECT subject, now() FROM unnest(%s::text[]) AS forgotten (subject)
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, wrapping_key = NULL, destroyed_at = now()
WHERE data_keys.wrapped IS NOT NULL

-- name: switch
-- From here on this key wraps. Waits for those who are wrapping with the one before.
INSERT INTO vault.wrapping (key_id) VALUES (%s) ON CONFLICT (only_me) DO UPDATE SET key_id = excluded.key_id

-- name: to_rewrap
-- Some keys that another key-encryption key wraps.
SELECT subject, wrapping_key, wrapped FROM vault.data_keys
WHERE wrapped IS NOT NULL AND wrapping_key <> %s ORDER BY subject LIMIT %s FOR UPDATE

-- name: rewrap
UPDATE vault.data_keys SET wrapping_key = %s, wrapped = made.wrapped
FROM unnest(%s::text[], %s::bytea[]) AS made (subject, wrapped)
WHERE data_keys.subject = made.subject

-- name: overview
-- How many keys each key-encryption key wraps; null counts the forgotten.
SELECT wrapping_key, count(*), max(destroyed_at) FROM vault.data_keys GROUP BY wrapping_key ORDER BY wrapping_key

-- name: lock_rotation
-- One rotation at a time.
SELECT pg_try_advisory_lock(hashtextextended('vitalog.rotate-keys', 0)) AS locked

-- name: unlock_rotation
SELECT pg_advisory_unlock(hashtextextended('vitalog.rotate-keys', 0))
