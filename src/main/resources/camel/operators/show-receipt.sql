-- No row when there is no such video.
SELECT id::text AS video_id,
       coalesce(original_bytes, 0)
           + coalesce((SELECT sum(bytes) FROM video_outputs WHERE video_id = video.id), 0) AS storage_bytes,
       coalesce((
           SELECT jsonb_agg(
               jsonb_build_object(
                   'ended_at', iso(created_at),
                   'outcome', outcome,
                   'code', code,
                   'worker', worker,
                   'bytes_written', written + coalesce(CAST(measured ->> 'part_bytes_written' AS bigint), 0)
               ) || measured
               ORDER BY created_at)
           FROM receipts
           WHERE video_id = video.id), '[]')::text AS attempts
FROM videos video
WHERE id = CAST(:?video_id AS uuid)
  AND status NOT IN ('receiving', 'deleting')
