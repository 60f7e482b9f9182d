-- Blocks an account and ends all by which it can be used, and records who did it. No row when there is no such account.
-- Accounts of an outside issuer may be blocked before they call for the first time.
-- :?issuer = {{caravana.identity.issuer-uri}}
WITH blocked AS (
    INSERT INTO accounts (id, blocked_at)
    SELECT account.id, now()
    FROM (SELECT CAST(:?account_id AS uuid) AS id) account
    WHERE :?issuer <> ''
       OR EXISTS (SELECT 1 FROM users WHERE users.id = account.id)
    ON CONFLICT (id) DO UPDATE SET blocked_at = coalesce(accounts.blocked_at, now()),
                                   valid_after = date_trunc('milliseconds', now())
    RETURNING id
), ended_sessions AS (
    DELETE FROM sessions WHERE user_id IN (SELECT id FROM blocked)
), ended_keys AS (
    DELETE FROM api_keys WHERE owner_id IN (SELECT id FROM blocked)
), ended_links AS (
    DELETE FROM mail_links WHERE user_id IN (SELECT id FROM blocked) AND link_kind <> 'verify'
), ended_changes AS (
    DELETE FROM mails WHERE owner_id IN (SELECT id FROM blocked) AND mail_kind = 'change'
), noted AS (
    INSERT INTO audit (actor, act, detail)
    SELECT :?caller.id, 'block', format('%s: %s', id, CAST(:?reason AS text))
    FROM blocked
)
SELECT id::text AS account_id
FROM blocked
