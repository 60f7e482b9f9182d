-- :?unpublished_seconds = {{caravana.reconciler.unpublished}} as seconds
UPDATE videos
SET published_at = now()
WHERE id IN (
    SELECT id
    FROM videos
    WHERE status = 'uploaded'
      AND published_at IS NULL
      AND uploaded_at < now() - make_interval(secs => :?unpublished_seconds)
    ORDER BY uploaded_at
    LIMIT 100
    FOR UPDATE SKIP LOCKED
)
RETURNING id::text AS video_id,
          job_message(videos) AS job_message
