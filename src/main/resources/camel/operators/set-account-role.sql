-- Gives an account another role, and records who did it. Its tokens name the old role, so they end; sessions and keys continue with the
-- new one. No row when there is no such account.
WITH changed AS (
    UPDATE users
    SET role = :?role
    WHERE id = CAST(:?account_id AS uuid)
    RETURNING id, role
), ended AS (
    UPDATE accounts
    SET valid_after = date_trunc('milliseconds', now())
    WHERE id IN (SELECT id FROM changed)
), noted AS (
    INSERT INTO audit (actor, act, detail)
    SELECT :?caller.id, 'role', format('%s: %s: %s', id, role, CAST(:?reason AS text))
    FROM changed
)
SELECT id::text AS account_id
FROM changed
