SELECT id::text AS video_id,
       title,
       status,
       to_char(uploaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS uploaded_at,
       to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at,
       to_char(processed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS processed_at,
       original_key,
       processed_key,
       poster_key,
       attempts,
       error_code,
       error_detail,
       retryable,
       phase_ms::text AS phase_ms,
       coalesce(CAST(facts ->> 'truncated' AS boolean), false) AS truncated
FROM videos
WHERE id = CAST(:?video_id AS uuid)
  AND status NOT IN ('receiving', 'deleting')
