-- The attempt was no fault of the job, and is not counted.
-- :?error_code = null
-- :?job.receipt = null
WITH ended AS (
    UPDATE videos
    SET status = 'uploaded',
        claim_token = NULL,
        lease_until = NULL,
        attempts = attempts - 1,
        not_before = now() + make_interval(secs => :?delay),
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    RETURNING id, status, worker
), noted AS (
    INSERT INTO receipts (claim_token, video_id, outcome, code, worker, measured)
    SELECT CAST(:?claim_token AS uuid), id, 'requeued', :?error_code, worker, CAST(:?job.receipt AS jsonb)
    FROM ended
    WHERE CAST(:?job.receipt AS jsonb) IS NOT NULL
)
SELECT id, status
FROM ended
