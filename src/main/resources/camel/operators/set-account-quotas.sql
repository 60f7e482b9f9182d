-- Gives an account quotas of its own, and records who did it. No row when there is no such account.
-- Accounts of an outside issuer have no row in users: any id may be one.
-- :?issuer = {{caravana.identity.issuer-uri}}
WITH known AS (
    SELECT account.id
    FROM (SELECT CAST(:?account_id AS uuid) AS id) account
    WHERE :?issuer <> ''
       OR EXISTS (SELECT 1 FROM users WHERE users.id = account.id)
), given AS (
    INSERT INTO account_quotas (owner_id, bytes, videos, open_uploads, minutes)
    SELECT id, CAST(:?own.bytes AS bigint), CAST(:?own.videos AS integer), CAST(:?own.open_uploads AS integer),
           CAST(:?own.minutes AS integer)
    FROM known
    ON CONFLICT (owner_id) DO UPDATE
        SET bytes = excluded.bytes,
            videos = excluded.videos,
            open_uploads = excluded.open_uploads,
            minutes = excluded.minutes
    RETURNING *
), noted AS (
    INSERT INTO audit (actor, act, detail)
    SELECT :?caller.id,
           'quota',
           format('%s: bytes %s, videos %s, open_uploads %s, minutes %s: %s', owner_id, coalesce(bytes::text, 'setting'),
                  coalesce(videos::text, 'setting'), coalesce(open_uploads::text, 'setting'),
                  coalesce(minutes::text, 'setting'), CAST(:?reason AS text))
    FROM given
)
SELECT owner_id::text AS account_id
FROM given
