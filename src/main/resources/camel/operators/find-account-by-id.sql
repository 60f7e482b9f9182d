-- No row when there is no such account.
-- Accounts of an outside issuer have no row in users: any id may be one.
-- :?issuer = {{caravana.identity.issuer-uri}}
SELECT account.id::text AS account_id
FROM (SELECT CAST(:?account_id AS uuid) AS id) account
WHERE :?issuer <> ''
   OR EXISTS (SELECT 1 FROM users WHERE users.id = account.id)
