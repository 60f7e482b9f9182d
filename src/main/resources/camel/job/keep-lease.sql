-- Renews the leases of jobs, and of the parts that this worker encodes, its own jobs' or those of others. A worker that helps goes on as long as
-- there are rows of the parts that it has claimed.
-- :?lease_seconds = {{caravana.worker.lease}} as seconds
WITH jobs AS (
    UPDATE videos
    SET lease_until = now() + make_interval(secs => :?lease_seconds)
    WHERE claim_token = ANY(CAST(:?claim_tokens AS uuid[]))
      AND status = 'processing'
    RETURNING id, claim_token
), encoded AS (
    UPDATE parts
    SET lease_until = now() + make_interval(secs => :?lease_seconds)
    WHERE part_state = 'running'
      AND (claim_token IN (SELECT claim_token FROM jobs) OR claim_token = ANY(CAST(:?helper_tokens AS uuid[])))
)
SELECT id, claim_token::text AS claim_token
FROM jobs
UNION ALL
SELECT DISTINCT video_id, claim_token::text
FROM parts
WHERE claim_token = ANY(CAST(:?helper_tokens AS uuid[]))
