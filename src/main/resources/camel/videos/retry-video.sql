SELECT queued.id, job_message(queued) AS job_message
FROM videos own
CROSS JOIN LATERAL requeue(own.id) AS queued
WHERE own.id = CAST(:?video_id AS uuid)
  AND own.owner_id = CAST(:?caller.id AS uuid)
