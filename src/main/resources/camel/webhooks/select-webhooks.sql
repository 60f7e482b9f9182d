-- The caller's, or that one of them.
-- :?webhook_id = null
SELECT id::text AS id,
       url,
       to_json(types)::text AS types,
       description,
       enabled,
       disabled_reason,
       iso(failing_since) AS failing_since,
       CASE WHEN previous_until > now() THEN iso(previous_until) END AS previous_secret_until,
       iso(created_at) AS created_at,
       iso(updated_at) AS updated_at
FROM webhooks
WHERE owner_id = CAST(:?caller.id AS uuid)
  AND (CAST(:?webhook_id AS text) IS NULL OR id::text = lower(:?webhook_id))
ORDER BY webhooks.created_at, webhooks.id
