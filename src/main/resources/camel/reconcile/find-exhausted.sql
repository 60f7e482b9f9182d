-- :?visibility_seconds = {{caravana.sqs.visibility-seconds}} as number
-- :?max_attempts = {{caravana.job.max-attempts}} as integer
SELECT id::text AS video_id,
       attempts,
       iso_seconds(first_failed_at) AS first_failed_at,
       job_message(videos) AS job_message
FROM videos
WHERE status = 'processing'
  AND lease_until < now() - make_interval(secs => 2 * :?visibility_seconds)
  AND attempts >= :?max_attempts
ORDER BY lease_until
LIMIT 100
