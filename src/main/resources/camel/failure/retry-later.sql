-- The delay doubles with each attempt, up to its limit, unless the failure asks for a fixed one.
-- :?backoff_seconds = {{caravana.worker.backoff}} as seconds
-- :?max_backoff_seconds = {{caravana.worker.max-backoff}} as seconds
-- :?retry_delay = null
-- :?job.receipt = null
WITH ended AS (
    UPDATE videos
    SET status = 'uploaded',
        claim_token = NULL,
        lease_until = NULL,
        not_before = now() + make_interval(secs => coalesce(
            CAST(:?retry_delay AS double precision),
            least(:?max_backoff_seconds, :?backoff_seconds * power(2, attempts - 1)))),
        error_code = :?error_code,
        error_detail = :?error_detail,
        first_failed_at = coalesce(first_failed_at, now()),
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    RETURNING id,
              worker,
              CAST(ceil(coalesce(
                  CAST(:?retry_delay AS double precision),
                  least(:?max_backoff_seconds, :?backoff_seconds * power(2, attempts - 1)))) AS integer) AS delay
), noted AS (
    INSERT INTO receipts (claim_token, video_id, outcome, code, worker, measured)
    SELECT CAST(:?claim_token AS uuid), id, 'retry_scheduled', :?error_code, worker, CAST(:?job.receipt AS jsonb)
    FROM ended
    WHERE CAST(:?job.receipt AS jsonb) IS NOT NULL
)
SELECT id, delay
FROM ended
