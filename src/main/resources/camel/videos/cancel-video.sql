-- The claim stays in the row: by it the worker that is at it finds that it is to stop. A cancelled video stays as it is.
WITH cancelled AS (
    UPDATE videos
    SET status = 'cancelled',
        cancelled_at = now(),
        error_code = NULL,
        error_detail = NULL,
        error_values = NULL,
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND owner_id = CAST(:?caller.id AS uuid)
      AND status IN ('uploaded', 'processing')
    RETURNING id, status
)
SELECT id, status
FROM cancelled
UNION ALL
SELECT id, status
FROM videos
WHERE id = CAST(:?video_id AS uuid)
  AND owner_id = CAST(:?caller.id AS uuid)
  AND status = 'cancelled'
