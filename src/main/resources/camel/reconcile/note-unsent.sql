UPDATE videos
SET published_at = NULL
WHERE id = CAST(:?video_id AS uuid)
  AND status = 'uploaded'
