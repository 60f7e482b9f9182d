UPDATE videos
SET outputs_swept_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND claims = :?claims
