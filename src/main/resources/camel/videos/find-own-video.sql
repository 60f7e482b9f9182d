SELECT id::text AS video_id,
       owner_id::text AS owner_id,
       title,
       status,
       iso(uploaded_at) AS uploaded_at,
       iso(updated_at) AS updated_at,
       iso(processed_at) AS processed_at,
       iso(playable_at) AS playable_at,
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
       CASE WHEN status = 'uploaded' THEN coalesce(forecast.rank, 1000) END AS queue_position,
       -- A fifth earlier or later, in half minutes: a document that changed with every look would be sent again and again.
       iso(date_bin('30 s', now() + make_interval(secs => 0.8 * forecast.seconds), 'epoch')) AS ready_from,
       iso(date_bin('30 s', now() + make_interval(secs => 1.2 * forecast.seconds + 30), 'epoch')) AS ready_by,
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
-- Of nobody's it is empty at once: what is finished has none.
LEFT JOIN LATERAL forecasts(
    CASE WHEN video.status IN ('uploaded', 'processing') THEN video.owner_id END,
    ARRAY[video.id]) forecast ON true
WHERE video.id = CAST(:?video_id AS uuid)
  AND status NOT IN ('receiving', 'deleting')
