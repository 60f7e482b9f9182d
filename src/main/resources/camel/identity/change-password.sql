-- :?session_seconds = {{caravana.identity.session-life}} as seconds
SELECT *
FROM change_password(
        CAST(:?caller.id AS uuid),
        :?account.password_hash,
        :?new_hash,
        :?session_hash,
        :?session_seconds)
