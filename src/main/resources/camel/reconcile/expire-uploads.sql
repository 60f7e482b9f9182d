WITH expired AS (
    UPDATE videos
    SET status = 'deleting',
        updated_at = now()
    -- Another node does those that it has locked.
    WHERE id IN (
        SELECT id
        FROM videos
        WHERE status = 'receiving'
          AND expires_at < now()
        FOR UPDATE SKIP LOCKED
    )
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
