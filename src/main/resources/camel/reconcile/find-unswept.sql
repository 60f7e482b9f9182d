-- Finished after more than one claim or in parts, cancelled after one, or failed after one that had begun to store renditions, and long enough
-- ago that a worker which lost its claim has come to its end.
-- :?visibility_seconds = {{caravana.sqs.visibility-seconds}} as number
SELECT video_id, claims
FROM (
    SELECT id::text AS video_id, claims, updated_at
    FROM videos
    WHERE (claims > 1 OR (claims > 0 AND status = 'cancelled'))
      AND outputs_swept_at IS NULL
      AND status IN ('processed', 'failed', 'cancelled')
      AND greatest(processed_at, failed_at, cancelled_at) < now() - make_interval(secs => 2 * :?visibility_seconds)
    UNION
    SELECT id::text, claims, updated_at
    FROM videos
    WHERE id IN (SELECT renditions.video_id FROM renditions WHERE average_bit_rate = 0)
      AND outputs_swept_at IS NULL
      AND status = 'failed'
      AND failed_at < now() - make_interval(secs => 2 * :?visibility_seconds)
    UNION
    SELECT id::text, claims, updated_at
    FROM videos
    WHERE in_parts
      AND outputs_swept_at IS NULL
      AND status IN ('processed', 'failed', 'cancelled')
      AND greatest(processed_at, failed_at, cancelled_at) < now() - make_interval(secs => 2 * :?visibility_seconds)
) AS unswept
ORDER BY updated_at
LIMIT 100
