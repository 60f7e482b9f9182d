-- Once more when the upload expires, in case a PUT was slow.
UPDATE uploads
SET sweep_again_at = CASE WHEN expires_at > now() THEN expires_at END
WHERE video_id = CAST(:?video_id AS uuid)
