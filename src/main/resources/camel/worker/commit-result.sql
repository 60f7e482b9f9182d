UPDATE videos
SET status = 'processed',
    processed_key = :?processed_key,
    facts = CAST(:?facts AS jsonb),
    phase_ms = CAST(:?phase_ms AS json),
    claim_token = NULL,
    lease_until = NULL,
    processed_at = now(),
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND claim_token = CAST(:?claim_token AS uuid)
  AND status = 'processing'
RETURNING id, status
