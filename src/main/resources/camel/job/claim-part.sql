-- Claims the next part of a video that is encoded in parts, for the worker that has its job, or for one that has nothing due. Of any
-- number of concurrent claims each gets another part. Asked again with the same token, it answers the same.
-- :?worker = {{bean:workerName.get}}
-- :?lease_seconds = {{caravana.worker.lease}} as seconds
-- :?max_attempts = {{caravana.job.max-attempts}} as integer
-- :?account_at_once = {{caravana.job.account-at-once}} as integer
-- How often a part is tried by workers that help, before the job's own worker does it.
-- :?helpers_attempts = 3 as integer
WITH job AS (
    SELECT video.id, video.claim_token = CAST(:?claim_token AS uuid) AS is_own, video.claim_token, work.owner_id
    FROM videos video
    JOIN work ON work.video_id = video.id
    WHERE video.id = CAST(:?video_id AS uuid)
      AND video.status = 'processing'
), helped AS MATERIALIZED (
    SELECT owner_id, units
    FROM helped_accounts
), allowed AS (
    -- Jobs that are due come first: what no claim of a job would get is not due.
    SELECT job.id
    FROM job
    LEFT JOIN shares own ON own.owner_id = job.owner_id
    WHERE job.is_own
       OR (own.running + coalesce((SELECT units FROM helped WHERE helped.owner_id = job.owner_id), 0)
               < coalesce(own.at_once, :?account_at_once)
           AND NOT EXISTS (
               SELECT 1
               FROM shares
               WHERE shares.waiting > 0
                 AND shares.running + coalesce((SELECT units FROM helped WHERE helped.owner_id = shares.owner_id), 0)
                     < coalesce(shares.at_once, :?account_at_once)
                 AND EXISTS (
                     SELECT 1
                     FROM work
                     WHERE work.owner_id = shares.owner_id
                       AND work.claimed_at IS NULL
                       AND work.due_at <= now()
                       AND work.attempts < :?max_attempts
                 )
           ))
), next_part AS (
    SELECT part.video_id, part.plan_id, part.number
    FROM parts part
    JOIN job ON job.id = part.video_id AND job.claim_token = part.job_token
    WHERE part.video_id IN (SELECT id FROM allowed)
      AND part.build = :?build
      AND (job.is_own OR part.attempts < :?helpers_attempts)
      AND (
          part.part_state = 'waiting'
          OR (part.part_state = 'running'
              AND (part.lease_until < now() OR part.claim_token = CAST(:?claim_token AS uuid)))
      )
    ORDER BY part.claim_token IS NOT DISTINCT FROM CAST(:?claim_token AS uuid) AND part.part_state = 'running' DESC, part.number
    LIMIT 1
    FOR UPDATE OF part SKIP LOCKED
), claimed AS (
    UPDATE parts
    SET attempts = CASE
            WHEN part_state = 'running' AND claim_token = CAST(:?claim_token AS uuid) THEN attempts
            ELSE attempts + 1
        END,
        part_state = 'running',
        claim_token = CAST(:?claim_token AS uuid),
        lease_until = now() + make_interval(secs => :?lease_seconds),
        claimed_at = now(),
        worker = :?worker
    FROM next_part
    WHERE parts.video_id = next_part.video_id
      AND parts.plan_id = next_part.plan_id
      AND parts.number = next_part.number
    RETURNING parts.video_id, parts.plan_id, parts.number, parts.digest
)
SELECT claimed.plan_id::text AS plan_id,
       claimed.number,
       claimed.digest,
       video.transformations::text AS transformations,
       video.transformation_parameters::text AS transformation_parameters,
       work.predicted_seconds,
       (SELECT CAST(coalesce(sum(frames), 0) AS bigint)
        FROM parts
        WHERE parts.video_id = claimed.video_id
          AND parts.plan_id = claimed.plan_id
          AND part_state = 'done') AS done_frames
FROM claimed
JOIN videos video ON video.id = claimed.video_id
JOIN work ON work.video_id = claimed.video_id
