-- The job message is made of what the row says, so that the two can never disagree.
UPDATE videos
SET status = 'uploaded',
    title = :?title,
    original_name = :?original_name,
    original_bytes = :?original_bytes,
    transformations = CAST(:?transformations AS jsonb),
    uploaded_at = now(),
    not_before = now(),
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND status = 'receiving'
RETURNING id,
          json_build_object(
              'video_id', id,
              's3_key_original', original_key,
              'transformaciones', transformations,
              'usuario_id', owner_id
          )::text AS job_message
