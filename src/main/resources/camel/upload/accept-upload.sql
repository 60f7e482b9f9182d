UPDATE videos
SET status = 'uploaded',
    title = :?upload.title,
    original_name = :?upload.original_name,
    original_bytes = :?upload.original_bytes,
    transformations = CAST(:?upload.transformations AS jsonb),
    transformation_parameters = CAST(:?upload.transformation_parameters AS jsonb),
    announced_sha256 = :?upload.announced_sha256,
    reference = :?upload.reference,
    metadata = CAST(:?upload.video_metadata AS jsonb),
    priority = coalesce(CAST(:?upload.priority AS smallint), priority),
    uploaded_at = now(),
    not_before = now(),
    updated_at = now()
WHERE id = CAST(:?video_id AS uuid)
  AND status = 'receiving'
RETURNING id,
          job_message(videos) AS job_message
