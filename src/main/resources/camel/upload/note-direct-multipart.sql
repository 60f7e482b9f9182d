-- No row when another request was faster, or the upload has ended.
UPDATE uploads
SET multipart_id = :?multipart_id
WHERE video_id = CAST(:?video_id AS uuid)
  AND multipart_id IS NULL
  AND ended IS NULL
RETURNING multipart_id
