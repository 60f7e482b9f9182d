SELECT video_id::text AS video_id,
       owner_id::text AS owner_id,
       original_key,
       title,
       transformations::text AS transformations,
       transformation_parameters::text AS transformation_parameters,
       metadata,
       direct,
       part_bytes,
       multipart_id,
       bytes,
       received_bytes,
       ended,
       expires_at,
       iso(expires_at) AS expires,
       expires_at <= now() AS expired,
       ended IS NULL AND bytes IS NOT NULL AND received_bytes = bytes AS arrived
FROM uploads
WHERE video_id = CAST(:?video_id AS uuid)
