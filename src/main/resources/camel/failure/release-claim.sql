UPDATE videos
SET claim_token = NULL,
    lease_until = NULL
WHERE id = CAST(:?video_id AS uuid)
  AND claim_token = CAST(:?claim_token AS uuid)
  AND status IN ('cancelled', 'deleting')
