-- Due and published, and yet nobody came, while there are fewer messages than unfinished units of work: each needs one.
-- :?visibility_seconds = {{caravana.sqs.visibility-seconds}} as number
-- :?resend_seconds = {{caravana.reconciler.resend}} as seconds
UPDATE videos
SET published_at = now()
WHERE id IN (
    SELECT id
    FROM videos
    WHERE status = 'uploaded'
      AND not_before < now() - make_interval(secs => :?visibility_seconds)
      AND published_at < now() - make_interval(secs => :?resend_seconds)
    ORDER BY published_at
    LIMIT (SELECT least(100, greatest(0, count(*) - CAST(:?messages AS bigint))) FROM work)
    FOR UPDATE SKIP LOCKED
)
RETURNING id::text AS video_id,
          job_message(videos) AS job_message
