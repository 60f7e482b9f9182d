-- The attempt was no fault of the job, and is not counted.
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
RETURNING id, status
