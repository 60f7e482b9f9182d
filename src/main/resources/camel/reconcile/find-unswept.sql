-- Finished after more than one claim, or cancelled after one, and long enough ago that a worker which lost its claim has
-- come to its end.
-- :?visibility_seconds = {{caravana.sqs.visibility-seconds}} as number
SELECT id::text AS video_id, claims
FROM videos
WHERE (claims > 1 OR (claims > 0 AND status = 'cancelled'))
  AND outputs_swept_at IS NULL
  AND status IN ('processed', 'failed', 'cancelled')
  AND greatest(processed_at, failed_at, cancelled_at) < now() - make_interval(secs => 2 * :?visibility_seconds)
ORDER BY updated_at
LIMIT 100
