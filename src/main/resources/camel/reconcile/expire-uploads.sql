WITH expired AS (
    UPDATE videos
    SET status = 'deleting',
        updated_at = now()
    WHERE status = 'receiving'
      AND expires_at < now()
    RETURNING id
), ended AS (
    UPDATE uploads
    SET ended = 'expired',
        token = NULL
    FROM expired
    WHERE uploads.video_id = expired.id
    RETURNING uploads.video_id
), unlisted AS (
    DELETE FROM upload_parts WHERE video_id IN (SELECT video_id FROM ended)
)
SELECT id FROM expired
