-- :?lease_seconds = {{caravana.worker.lease}} as seconds
UPDATE videos
SET lease_until = now() + make_interval(secs => :?lease_seconds)
WHERE claim_token = ANY(CAST(:?claim_tokens AS uuid[]))
  AND status = 'processing'
RETURNING id, claim_token::text AS claim_token
