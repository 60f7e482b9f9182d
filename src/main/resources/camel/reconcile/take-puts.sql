-- Each is looked for by one web node at a time, those first that nobody has looked for in a while.
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
