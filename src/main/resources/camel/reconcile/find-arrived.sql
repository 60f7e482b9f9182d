SELECT upload.video_id::text AS video_id
FROM uploads upload
JOIN videos video ON video.id = upload.video_id AND video.status = 'receiving'
WHERE upload.ended IS NULL
  AND upload.received_bytes = upload.bytes
  AND (upload.finishing_until IS NULL OR upload.finishing_until < now())
ORDER BY upload.created_at
LIMIT 100
