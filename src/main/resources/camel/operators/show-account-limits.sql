-- No row when there is no such account.
-- Accounts of an outside issuer have no row in users: any id may be one.
-- :?issuer = {{caravana.identity.issuer-uri}}
SELECT account.id::text AS account_id,
       coalesce(weight, 1) AS weight,
       at_once,
       coalesce(waiting, 0) AS waiting,
       coalesce(running, 0) AS running
FROM (SELECT CAST(:?account_id AS uuid) AS id) account
LEFT JOIN shares ON shares.owner_id = account.id
WHERE :?issuer <> ''
   OR EXISTS (SELECT 1 FROM users WHERE users.id = account.id)
