-- :?idle_seconds = {{caravana.upload.idle}} as seconds
SELECT video_id::text AS video_id,
       owner_id::text AS owner_id,
       original_key,
       title,
       transformations::text AS transformations,
       transformation_parameters::text AS transformation_parameters,
       metadata,
       reference,
       video_metadata::text AS video_metadata,
       announced_sha256,
       original_name,
       priority,
       direct,
       part_bytes,
       (SELECT traceparent FROM videos WHERE id = uploads.video_id) AS traceparent,
       multipart_id,
       bytes,
       received_bytes,
       ended,
       expires_at,
       iso(expires_at) AS expires,
       expires_at <= now() AS expired,
       ended IS NULL AND bytes IS NOT NULL AND received_bytes = bytes AS arrived,
       -- Whether it is open, and its time was extended so lately that this need not be done again.
       ended IS NULL
           AND received_bytes < bytes
           AND expires_at > now() + 0.98 * make_interval(secs => :?idle_seconds) AS extended
FROM uploads
WHERE video_id = CAST(:?video_id AS uuid)
