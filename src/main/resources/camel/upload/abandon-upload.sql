-- First the row: from here on nobody can accept the upload. Its key is free for another try.
WITH abandoned AS (
    UPDATE videos
    SET status = 'deleting',
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND status = 'receiving'
    RETURNING id
), freed AS (
    DELETE FROM upload_keys WHERE video_id IN (SELECT id FROM abandoned)
)
SELECT id FROM abandoned
UNION ALL
-- It has expired while its last bytes were stored.
SELECT CAST(:?video_id AS uuid)
WHERE NOT EXISTS (SELECT FROM videos WHERE id = CAST(:?video_id AS uuid))
