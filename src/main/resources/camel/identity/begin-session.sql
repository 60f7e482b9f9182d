-- An account keeps its newest sessions; those that have expired go at its next log-in.
-- :?session_seconds = {{caravana.identity.session-life}} as seconds
-- :?most_sessions = 100 as integer
WITH forgotten AS (
    DELETE FROM sessions
    WHERE user_id = CAST(:?account.id AS uuid)
      AND (expires_at < now()
           OR hash IN (SELECT hash
                       FROM sessions
                       WHERE user_id = CAST(:?account.id AS uuid)
                       ORDER BY issued_at DESC
                       OFFSET :?most_sessions))
)
INSERT INTO sessions (hash, family, user_id, expires_at)
VALUES (:?session_hash, gen_random_uuid(), CAST(:?account.id AS uuid), now() + make_interval(secs => :?session_seconds))
