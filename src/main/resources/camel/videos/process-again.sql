-- Queues a finished video again, with all its attempts, or tells why not. The old result stays until there is a new one.
-- :?transformations = null
-- :?transformation_parameters = null
-- :?per_hour = {{caravana.upload.per-hour}} as integer
WITH forgotten AS (
    DELETE FROM process_requests
    WHERE owner_id = CAST(:?caller.id AS uuid)
      AND requested_at <= now() - interval '1 hour'
), recent AS (
    SELECT (SELECT count(*)
            FROM videos
            WHERE :?per_hour > 0
              AND owner_id = CAST(:?caller.id AS uuid)
              AND received_at > now() - interval '1 hour')
         + (SELECT count(*)
            FROM process_requests
            WHERE owner_id = CAST(:?caller.id AS uuid)
              AND requested_at > now() - interval '1 hour') AS jobs
), queued AS (
    UPDATE videos
    SET status = 'uploaded',
        transformations = coalesce(CAST(:?transformations AS jsonb), transformations),
        transformation_parameters = CASE
            WHEN CAST(:?transformations AS jsonb) IS NULL THEN transformation_parameters
            ELSE CAST(:?transformation_parameters AS jsonb)
        END,
        attempts = 0,
        claim_token = NULL,
        lease_until = NULL,
        not_before = now(),
        published_at = NULL,
        error_code = NULL,
        error_detail = NULL,
        error_values = NULL,
        last_code = NULL,
        retryable = false,
        first_failed_at = NULL,
        failed_at = NULL,
        cancelled_at = NULL,
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND owner_id = CAST(:?caller.id AS uuid)
      AND status IN ('processed', 'failed', 'cancelled')
      AND (:?per_hour = 0 OR (SELECT jobs FROM recent) < :?per_hour)
    RETURNING owner_id, job_message(videos) AS job_message
), noted AS (
    INSERT INTO process_requests (owner_id)
    SELECT owner_id
    FROM queued
    WHERE :?per_hour > 0
)
SELECT 'queued' AS outcome, job_message
FROM queued
UNION ALL
SELECT CASE WHEN status IN ('uploaded', 'processing') THEN 'unfinished' ELSE 'too_many' END, NULL
FROM videos
WHERE id = CAST(:?video_id AS uuid)
  AND owner_id = CAST(:?caller.id AS uuid)
  AND status NOT IN ('receiving', 'deleting')
  AND NOT EXISTS (SELECT 1 FROM queued)
