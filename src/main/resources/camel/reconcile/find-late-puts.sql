-- Of an upload that became a video, the original stays as long as the video does.
SELECT upload.video_id::text AS video_id,
       upload.original_key,
       video.id IS NULL AS gone
FROM uploads upload
LEFT JOIN videos video ON video.id = upload.video_id
WHERE upload.sweep_again_at < now()
  AND upload.ended IS NOT NULL
LIMIT 100
