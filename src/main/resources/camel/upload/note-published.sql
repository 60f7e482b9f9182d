UPDATE videos
SET published_at = now()
WHERE id = CAST(:?video_id AS uuid)
