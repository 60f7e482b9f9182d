-- When it is retryable, a redrive of the dead letter, or the owner, may start it again.
-- Either this claim still holds the row, or nobody does and no attempts are left.
-- :?max_attempts = {{caravana.job.max-attempts}} as integer
-- :?claim_token = null
-- :?last_code = null
-- :?job.receipt = null
WITH ended AS (
    UPDATE videos
    SET status = 'failed',
        claim_token = NULL,
        lease_until = NULL,
        error_code = :?error_code,
        error_detail = :?error_detail,
        -- what the last attempt failed of, when no attempts are left
        last_code = :?last_code,
        retryable = :?retryable,
        first_failed_at = coalesce(first_failed_at, now()),
        -- When its dead letter was sent, and not now: a redrive may have moved the dead letter since, and it must count as newer.
        failed_at = CAST(:?dead_lettered_at AS timestamptz),
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND (
          (status = 'processing' AND claim_token = CAST(:?claim_token AS uuid))
          OR (attempts >= :?max_attempts AND (status = 'uploaded' OR (status = 'processing' AND lease_until < now())))
      )
    RETURNING id, status, worker
), noted AS (
    INSERT INTO receipts (claim_token, video_id, outcome, code, worker, measured)
    SELECT CAST(:?claim_token AS uuid), id, 'failed_permanently', :?error_code, worker, CAST(:?job.receipt AS jsonb)
    FROM ended
    WHERE CAST(:?job.receipt AS jsonb) IS NOT NULL
)
SELECT id, status
FROM ended
