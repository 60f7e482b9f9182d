-- The number of the next part; no row for a request that another one has superseded.
UPDATE uploads
SET part = part + 1
WHERE video_id = CAST(:?incoming.videoId AS uuid)
  AND token = CAST(:?incoming.token AS uuid)
  AND ended IS NULL
RETURNING part,
          multipart_id
