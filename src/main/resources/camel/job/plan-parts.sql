-- Notes the parts in which the job's video is encoded. Those that an earlier claim has noted stay, with what is done of them, when ffmpeg
-- and all that it gets are the same; what the earlier claim was at is free again. Asked again, it answers the same.
WITH held AS (
    UPDATE videos
    SET in_parts = true
    WHERE id = CAST(:?video_id AS uuid)
      AND claim_token = CAST(:?claim_token AS uuid)
      AND status = 'processing'
    RETURNING id, claim_token
), outdated AS (
    DELETE FROM parts
    WHERE video_id IN (SELECT id FROM held)
      AND (digest <> :?parts.digest OR build <> :?build)
), kept AS (
    UPDATE parts
    SET job_token = held.claim_token,
        part_state = CASE
            WHEN part_state = 'running' AND parts.claim_token = job_token AND job_token <> held.claim_token THEN 'waiting'
            ELSE part_state
        END
    FROM held
    WHERE video_id = held.id
      AND digest = :?parts.digest
      AND build = :?build
    RETURNING part_state
), planned AS (
    INSERT INTO parts (video_id, plan_id, number, job_token, digest, build, first_frame, frames)
    SELECT held.id, held.claim_token, cut.number - 1, held.claim_token, :?parts.digest, :?build, cut.first_frame, cut.frames
    FROM held
    CROSS JOIN unnest(CAST(:?parts.firstFrames AS bigint[]), CAST(:?parts.frameCounts AS bigint[]))
        WITH ORDINALITY AS cut (first_frame, frames, number)
    WHERE NOT EXISTS (SELECT 1 FROM kept)
    RETURNING part_state
)
SELECT (SELECT count(*) FROM kept) + (SELECT count(*) FROM planned) AS number,
       (SELECT count(*) FROM kept WHERE part_state = 'done') AS done
FROM held
