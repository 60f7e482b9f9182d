SELECT id::text AS video_id, original_key
FROM videos
WHERE status = 'deleting'
  AND (lease_until IS NULL OR lease_until < now())
ORDER BY updated_at
LIMIT 100
