-- Names a stored part, if its claim still holds. Work that another worker than the job's has done is the account's as well. Asked again, it
-- answers the same.
WITH made AS (
    UPDATE parts
    SET part_state = 'done',
        lease_until = NULL,
        object_key = :?part_key,
        sha256 = :?parts.made.sha256,
        bytes = :?parts.made.bytes,
        parameters = :?parts.made.parameters,
        helped_seconds = CASE WHEN claim_token <> job_token THEN extract(epoch FROM now() - claimed_at) END
    WHERE video_id = CAST(:?video_id AS uuid)
      AND plan_id = CAST(:?part.plan_id AS uuid)
      AND number = :?part.number
      AND claim_token = CAST(:?claim_token AS uuid)
      AND part_state = 'running'
    RETURNING video_id, number, helped_seconds
), charged AS (
    UPDATE shares
    SET virtual_time = virtual_time + charge(made.helped_seconds, shares.weight, work.priority)
    FROM made
    JOIN work ON work.video_id = made.video_id
    WHERE shares.owner_id = work.owner_id
      AND made.helped_seconds IS NOT NULL
)
SELECT number
FROM made
UNION ALL
SELECT number
FROM parts
WHERE video_id = CAST(:?video_id AS uuid)
  AND plan_id = CAST(:?part.plan_id AS uuid)
  AND number = :?part.number
  AND claim_token = CAST(:?claim_token AS uuid)
  AND part_state = 'done'
