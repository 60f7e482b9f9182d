-- Ends an upload that is not a video yet: nobody can write to it or accept it from here on, and its key is free.
-- :?ended = cancelled
WITH gone AS (
    UPDATE videos
    SET status = 'deleting',
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND status = 'receiving'
    RETURNING id
), cancelled AS (
    UPDATE uploads
    SET ended = :?ended,
        token = NULL
    FROM gone
    WHERE uploads.video_id = gone.id
    RETURNING uploads.video_id
), unlisted AS (
    DELETE FROM upload_parts WHERE video_id IN (SELECT video_id FROM cancelled)
), freed AS (
    DELETE FROM upload_keys WHERE video_id IN (SELECT id FROM gone)
)
SELECT id::text AS video_id FROM gone
