UPDATE videos
SET status = 'failed',
    claim_token = NULL,
    lease_until = NULL,
    error_code = :?error_code,
    error_detail = :?error_detail,
    retryable = true,
    first_failed_at = coalesce(first_failed_at, now()),
    failed_at = now(),
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND status = 'processing'
  AND lease_until < now()
  AND attempts >= :?max_attempts
RETURNING id, status
