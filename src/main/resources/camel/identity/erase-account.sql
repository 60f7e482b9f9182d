-- :?account.password_hash = null
-- :?wait_seconds = {{caravana.erasure.last-pass}} as seconds
SELECT account_id::text AS account_id,
       iso(requested_at) AS requested_at,
       iso(not_before) AS ends_after,
       counts::text AS counts
FROM erase_account(CAST(:?caller.id AS uuid), CAST(:?account.password_hash AS text), :?wait_seconds)
