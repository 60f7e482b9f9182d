-- From here on none of them can be restored. What could not be removed the last time is found again.
UPDATE videos
SET restorable_until = NULL
WHERE id IN (
    SELECT id
    FROM videos
    WHERE status = 'deleting'
      AND (restorable_until IS NULL OR restorable_until <= now())
      AND (lease_until IS NULL OR lease_until < now())
    ORDER BY updated_at
    LIMIT 100
    FOR UPDATE SKIP LOCKED
)
RETURNING id::text AS video_id, original_key, uploaded_at IS NULL AS never_ended
