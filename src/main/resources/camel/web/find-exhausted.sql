SELECT id::text AS video_id,
       attempts,
       json_build_object(
           'video_id', id,
           's3_key_original', original_key,
           'transformaciones', transformations,
           'usuario_id', owner_id
       )::text AS job_message
FROM videos
WHERE status = 'processing'
  AND lease_until < now() - make_interval(secs => :?abandoned_seconds)
  AND attempts >= :?max_attempts
ORDER BY lease_until
LIMIT 100
