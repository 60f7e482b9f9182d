UPDATE videos
SET status = 'uploaded',
    attempts = 0,
    claim_token = NULL,
    lease_until = NULL,
    not_before = now(),
    published_at = NULL,
    error_code = NULL,
    error_detail = NULL,
    last_code = NULL,
    retryable = false,
    first_failed_at = NULL,
    failed_at = NULL,
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND owner_id = CAST(:?caller.id AS uuid)
  AND status = 'failed'
  AND retryable
RETURNING id, job_message(videos) AS job_message
