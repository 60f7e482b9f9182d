-- As many copies of the job's message as there are both parts that wait and free slots of other workers. Those of the last attempt come
-- back while it runs, so that there are none any more when the claim has encoded a part.
-- :?worker = {{bean:workerName.get}}
-- :?max_attempts = {{caravana.job.max-attempts}} as integer
-- A worker reports every ten seconds; after this long it counts as gone.
-- :?alive_seconds = 35 as integer
SELECT job_message(videos) AS job_message
FROM videos
CROSS JOIN LATERAL generate_series(1, least(
    (SELECT count(*)
     FROM parts
     WHERE parts.video_id = videos.id
       AND parts.job_token = videos.claim_token
       AND part_state = 'waiting'),
    (SELECT coalesce(sum(greatest(0, slots
                - (SELECT count(*) FROM videos job WHERE job.status = 'processing' AND job.worker = workers.name)
                - (SELECT count(*)
                   FROM parts
                   WHERE part_state = 'running' AND claim_token <> job_token AND parts.worker = workers.name))), 0)
     FROM workers
     WHERE name <> :?worker
       AND closed_by = ''
       AND seen_at > now() - make_interval(secs => :?alive_seconds)))) AS copy
WHERE id = CAST(:?video_id AS uuid)
  AND claim_token = CAST(:?claim_token AS uuid)
  AND status = 'processing'
  AND (
      attempts < :?max_attempts
      OR NOT EXISTS (
          SELECT 1
          FROM parts
          WHERE parts.video_id = videos.id
            AND parts.claim_token = videos.claim_token
            AND part_state = 'done'
      )
  )
