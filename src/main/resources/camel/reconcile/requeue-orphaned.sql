-- A dead worker's message comes back well before this; here it is lost as well.
-- :?visibility_seconds = {{caravana.sqs.visibility-seconds}} as number
-- :?max_attempts = {{caravana.job.max-attempts}} as integer
UPDATE videos
SET status = 'uploaded',
    claim_token = NULL,
    lease_until = NULL,
    not_before = now(),
    published_at = now(),
    first_failed_at = coalesce(first_failed_at, now()),
    updated_at = now()
WHERE id IN (
    SELECT id
    FROM videos
    WHERE status = 'processing'
      AND lease_until < now() - make_interval(secs => 2 * :?visibility_seconds)
      AND attempts < :?max_attempts
    ORDER BY lease_until
    LIMIT 100
    FOR UPDATE SKIP LOCKED
)
RETURNING id::text AS video_id,
          job_message(videos) AS job_message
