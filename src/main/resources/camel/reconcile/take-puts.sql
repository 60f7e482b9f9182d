-- One web node at a time looks for each of them, starting with those that were checked longest ago.
UPDATE uploads
SET checked_at = now()
WHERE video_id IN (
    SELECT video_id
    FROM uploads
    WHERE direct = 'put'
      AND ended IS NULL
      AND received_bytes < bytes
      AND (checked_at IS NULL OR checked_at < now() - interval '5 seconds')
    ORDER BY checked_at NULLS FIRST
    LIMIT 100
    FOR UPDATE SKIP LOCKED
)
RETURNING video_id::text AS video_id, original_key
