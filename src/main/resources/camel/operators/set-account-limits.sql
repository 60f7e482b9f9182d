-- Gives an account its own weight and number of jobs at once, and records who did it. No row when there is no such account.
-- Accounts of an outside issuer have no row in users: any id may be one.
-- :?issuer = {{caravana.identity.issuer-uri}}
WITH known AS (
    SELECT account.id, users.created_at
    FROM (SELECT CAST(:?account_id AS uuid) AS id) account
    LEFT JOIN users USING (id)
    WHERE :?issuer <> ''
       OR users.id IS NOT NULL
), given AS (
    INSERT INTO shares (owner_id, weight, at_once, since)
    SELECT id, coalesce(CAST(:?own.weight AS double precision), 1), CAST(:?own.at_once AS integer), coalesce(created_at, now())
    FROM known
    ON CONFLICT (owner_id) DO UPDATE
        SET weight = excluded.weight,
            at_once = excluded.at_once
    RETURNING *
), noted AS (
    INSERT INTO audit (actor, act, detail)
    SELECT :?caller.id,
           'quota',
           format('%s: weight %s, at_once %s: %s', owner_id, weight, coalesce(at_once::text, 'setting'), CAST(:?reason AS text))
    FROM given
)
SELECT owner_id::text AS account_id,
       weight,
       at_once,
       waiting,
       running
FROM given
