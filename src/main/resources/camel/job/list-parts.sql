-- All parts of the job's video, while this claim has it.
SELECT number,
       frames,
       part_state,
       part.claim_token = video.claim_token AS is_own,
       object_key,
       sha256,
       parameters
FROM parts part
JOIN videos video ON video.id = part.video_id AND video.claim_token = part.job_token
WHERE video.id = CAST(:?video_id AS uuid)
  AND video.claim_token = CAST(:?claim_token AS uuid)
ORDER BY number
