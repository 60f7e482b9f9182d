SELECT job_message(videos) AS job_message,
       CAST(ceil(greatest(0, extract(epoch FROM not_before - now()))) AS integer) AS delay
FROM videos
WHERE id = CAST(:?video_id AS uuid)
  AND status = 'uploaded'
