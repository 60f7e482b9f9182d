-- The upload is a video. Its row stays until it expires, and says so.
WITH ended AS (
    UPDATE uploads
    SET ended = 'accepted',
        token = NULL,
        tail_key = NULL,
        tail_bytes = 0
    WHERE video_id = CAST(:?video_id AS uuid)
      AND ended IS NULL
    RETURNING video_id
)
DELETE FROM upload_parts WHERE video_id IN (SELECT video_id FROM ended)
