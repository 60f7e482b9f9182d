-- Replaces a refresh token, and returns its account; no row when it is unknown, expired or used before. Two tabs may use the
-- same one at once: for some seconds after its first use it counts. Later, its family ends.
-- :?session_seconds = {{caravana.identity.session-life}} as seconds
-- :?grace_seconds = 10 as integer
WITH presented AS (
    SELECT family,
           user_id,
           replaced_at IS NOT NULL AND replaced_at < now() - make_interval(secs => :?grace_seconds) AS reused
    FROM sessions
    WHERE hash = :?presented_hash
      AND expires_at > now()
    FOR UPDATE
), ended AS (
    DELETE FROM sessions WHERE family IN (SELECT family FROM presented WHERE reused)
), replaced AS (
    UPDATE sessions
    SET replaced_at = now()
    WHERE hash = :?presented_hash
      AND replaced_at IS NULL
), renewed AS (
    INSERT INTO sessions (hash, family, user_id, expires_at)
    SELECT :?session_hash, family, user_id, now() + make_interval(secs => :?session_seconds)
    FROM presented
    WHERE NOT reused
    RETURNING user_id
)
SELECT users.id::text AS id, users.role, milliseconds(clock_timestamp()) AS issued_ms
FROM renewed
JOIN users ON users.id = renewed.user_id
