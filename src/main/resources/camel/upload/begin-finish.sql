-- One at a time makes the original of what has arrived: for a minute nobody else does.
-- :?finish_seconds = 60 as integer
UPDATE uploads
SET finishing_until = now() + make_interval(secs => :?finish_seconds)
WHERE video_id = CAST(:?video_id AS uuid)
  AND ended IS NULL
  AND received_bytes = bytes
  AND (finishing_until IS NULL OR finishing_until < now())
  -- Not when it was accepted, and only the upload's own end is missing.
  AND EXISTS (SELECT 1 FROM videos WHERE id = uploads.video_id AND status = 'receiving')
RETURNING original_key,
          multipart_id,
       direct,
          title,
          original_name,
          bytes AS original_bytes,
          transformations::text AS transformations,
          transformation_parameters::text AS transformation_parameters,
          announced_sha256,
          CAST(priority AS integer) AS priority,
          reference,
          video_metadata::text AS video_metadata
