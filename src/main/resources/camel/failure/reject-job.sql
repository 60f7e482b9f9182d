-- Not retryable: the same bytes would be refused again.
-- :?original_sha256 = null
-- :?error_values = null
WITH ended AS (
    UPDATE videos
    SET status = 'failed',
        claim_token = NULL,
        lease_until = NULL,
        error_code = :?error_code,
        error_detail = :?error_detail,
        error_values = CAST(:?error_values AS jsonb),
        retryable = false,
        first_failed_at = coalesce(first_failed_at, now()),
        failed_at = now(),
        phase_ms = CAST(:?job.phaseMillis AS json),
        original_sha256 = coalesce(:?original_sha256, original_sha256),
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    RETURNING id, status, worker
), noted AS (
    INSERT INTO receipts (claim_token, video_id, outcome, code, worker, measured)
    SELECT CAST(:?claim_token AS uuid), id, 'rejected', :?error_code, worker, CAST(:?job.receipt AS jsonb)
    FROM ended
)
SELECT id, status
FROM ended
