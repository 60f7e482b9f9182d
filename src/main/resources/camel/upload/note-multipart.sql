UPDATE uploads
SET multipart_id = :?multipart_id
WHERE video_id = CAST(:?incoming.videoId AS uuid)
  AND token = CAST(:?incoming.token AS uuid)
  AND multipart_id IS NULL
  AND ended IS NULL
RETURNING multipart_id
