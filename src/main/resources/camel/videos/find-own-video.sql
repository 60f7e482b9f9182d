SELECT id::text AS video_id,
       owner_id::text AS owner_id,
       title,
       status,
       iso(uploaded_at) AS uploaded_at,
       iso(updated_at) AS updated_at,
       iso(processed_at) AS processed_at,
       original_name,
       reference,
       metadata::text AS metadata,
       original_key,
       -- As the worker found it; until then, as it was announced.
       coalesce(original_sha256, announced_sha256) AS original_sha256,
       processed_key,
       poster_key,
       output_documents(video.id) AS outputs,
       attempts,
       -- Its place among those that are due; a long queue is not counted to its end.
       CASE
           WHEN status = 'uploaded' THEN (
               SELECT count(*)
               FROM (SELECT 1 FROM videos other
                     WHERE other.status = 'uploaded' AND other.not_before <= video.not_before
                     LIMIT 1000) AS ahead
           )
       END AS queue_position,
       error_code,
       error_detail,
       last_code,
       error_values::text AS error_values,
       retryable,
       phase_ms::text AS phase_ms,
       media_info::text AS media_info,
       warnings::text AS warnings,
       coalesce(CAST(facts ->> 'truncated' AS boolean), false) AS truncated
FROM videos video
WHERE id = CAST(:?video_id AS uuid)
  AND status NOT IN ('receiving', 'deleting')
