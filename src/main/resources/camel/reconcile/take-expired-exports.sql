-- Those that a node makes right now are left to it.
SELECT id::text AS export_id, object_key
FROM exports
WHERE expires_at < now()
  AND (made_at IS NOT NULL OR taken_until IS NULL OR taken_until < now())
ORDER BY expires_at
LIMIT 100
