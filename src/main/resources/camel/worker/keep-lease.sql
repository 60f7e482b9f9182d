UPDATE videos
SET lease_until = now() + make_interval(secs => :?lease_seconds)
WHERE id = CAST(:?video_id AS uuid)
  AND claim_token = CAST(:?claim_token AS uuid)
  AND status = 'processing'
RETURNING id, lease_until
