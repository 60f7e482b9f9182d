-- Pauses all workers, or lets them take jobs again, and notes who ordered it.
-- :?reason = null
WITH ordered AS (
    UPDATE intake
    SET paused = CAST(:?paused AS boolean),
        changed_at = now()
    RETURNING paused
), noted AS (
    INSERT INTO audit (actor, act, detail)
    SELECT :?caller.id, CASE WHEN paused THEN 'pause' ELSE 'resume' END, :?reason
    FROM ordered
)
SELECT paused, true AS ordered
FROM ordered
