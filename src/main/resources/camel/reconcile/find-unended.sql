-- A finish that has just accepted its video ends the upload itself, hence the minute.
SELECT upload.video_id::text AS video_id,
       upload.original_key,
       CASE WHEN video.uploaded_at IS NULL THEN 'expired' ELSE 'accepted' END AS ended
FROM uploads upload
LEFT JOIN videos video ON video.id = upload.video_id
WHERE upload.ended IS NULL
  AND (video.id IS NULL OR video.status <> 'receiving')
  AND (upload.finishing_until IS NULL OR upload.finishing_until < now())
LIMIT 100
