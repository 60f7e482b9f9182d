SELECT iso(requested_at) AS requested_at,
       iso(made_at) AS made_at,
       iso(expires_at) AS expires_at,
       bytes,
       object_key
FROM exports
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND expires_at > now()
ORDER BY exports.requested_at DESC
LIMIT 1
