-- Lets an account be used again, and records who did it. No row when there is no such account.
WITH unblocked AS (
    UPDATE accounts
    SET blocked_at = NULL
    WHERE id = CAST(:?account_id AS uuid)
    RETURNING id
), noted AS (
    INSERT INTO audit (actor, act, detail)
    SELECT :?caller.id, 'unblock', format('%s: %s', id, CAST(:?reason AS text))
    FROM unblocked
)
SELECT id::text AS account_id
FROM unblocked
