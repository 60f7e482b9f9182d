-- From here on none of them can be restored. What could not be removed the last time is found again. A worker may still be about to store a part
-- of a video; it stops within the time after which the outputs of lost claims are swept.
-- :?visibility_seconds = {{caravana.sqs.visibility-seconds}} as number
UPDATE videos
SET restorable_until = NULL
WHERE id IN (
    SELECT id
    FROM videos
    WHERE status = 'deleting'
      AND (restorable_until IS NULL OR restorable_until <= now())
      AND (lease_until IS NULL OR lease_until < now())
      AND (NOT in_parts
           OR outputs_swept_at IS NOT NULL
           OR updated_at < now() - make_interval(secs => 2 * :?visibility_seconds))
    ORDER BY updated_at
    LIMIT 100
    FOR UPDATE SKIP LOCKED
)
RETURNING id::text AS video_id, original_key, uploaded_at IS NULL AS never_ended
