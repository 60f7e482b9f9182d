UPDATE videos
SET status = 'uploaded',
    title = :?title,
    original_name = :?original_name,
    original_bytes = :?original_bytes,
    transformations = CAST(:?transformations AS jsonb),
    uploaded_at = now(),
    not_before = now(),
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND status = 'receiving'
RETURNING id,
          job_message(videos) AS job_message
