-- Another worker may begin the part at once. One that was given back since its worker stops was not tried. What the worker has used for
-- the parts that it was at is a receipt of its own.
-- :?worker = {{bean:workerName.get}}
-- :?is_stopping = false
-- :?job.receipt = null
WITH noted AS (
    -- Asked again, it is there; without a video, it would belong to none.
    INSERT INTO receipts (claim_token, video_id, outcome, worker, measured)
    SELECT CAST(:?claim_token AS uuid), id, 'helped', :?worker, CAST(:?job.receipt AS jsonb)
    FROM videos
    WHERE id = CAST(:?video_id AS uuid)
      AND CAST(:?job.receipt AS jsonb) IS NOT NULL
    ON CONFLICT (claim_token) DO NOTHING
)
UPDATE parts
SET part_state = 'waiting',
    claim_token = NULL,
    lease_until = NULL,
    attempts = attempts - CAST(CAST(:?is_stopping AS boolean) AS integer)
WHERE claim_token = CAST(:?claim_token AS uuid)
  AND part_state = 'running'
