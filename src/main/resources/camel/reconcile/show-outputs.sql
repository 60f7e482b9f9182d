-- Nothing, when somebody has claimed the video since.
SELECT coalesce(processed_key, '') AS processed_key, coalesce(poster_key, '') AS poster_key
FROM videos
WHERE id = CAST(:?video_id AS uuid)
  AND claims = :?claims
  AND status IN ('processed', 'failed', 'cancelled')
