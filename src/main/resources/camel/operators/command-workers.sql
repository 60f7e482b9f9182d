-- Pauses all workers, or lets them take jobs again, and records who commanded it.
-- :?reason = null
WITH commanded AS (
    UPDATE intake
    SET paused = CAST(:?paused AS boolean),
        changed_at = now()
    -- It has one row.
    WHERE true
    RETURNING paused
), noted AS (
    INSERT INTO audit (actor, act, detail)
    SELECT :?caller.id, CASE WHEN paused THEN 'pause' ELSE 'resume' END, :?reason
    FROM commanded
)
SELECT paused
FROM commanded
