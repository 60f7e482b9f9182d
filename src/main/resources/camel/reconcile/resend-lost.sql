-- Due and published, and yet nobody came: the queue is empty, or later messages were taken before this one.
-- :?visibility_seconds = {{caravana.sqs.visibility-seconds}} as number
-- :?resend_seconds = {{caravana.reconciler.resend}} as seconds
UPDATE videos
SET published_at = now()
WHERE id IN (
    SELECT id
    FROM videos AS waiting
    WHERE status = 'uploaded'
      AND not_before < now() - make_interval(secs => :?visibility_seconds)
      AND published_at < now() - make_interval(secs => :?resend_seconds)
      AND (
          CAST(:?queue_empty AS boolean)
          OR EXISTS (
              SELECT 1
              FROM videos AS later
              WHERE later.claimed_at IS NOT NULL
                AND later.published_at > waiting.published_at + make_interval(secs => :?resend_seconds)
          )
      )
    ORDER BY published_at
    LIMIT 100
    FOR UPDATE SKIP LOCKED
)
RETURNING id::text AS video_id,
          job_message(videos) AS job_message
