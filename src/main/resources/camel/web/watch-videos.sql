SELECT id::text AS video_id,
       owner_id::text AS owner_id,
       title,
       status,
       to_char(uploaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS uploaded_at,
       to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at,
       to_char(processed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS processed_at,
       original_name,
       original_key,
       processed_key,
       poster_key,
       attempts,
       -- As find-own-video has it, but the queue is looked through once for all of them.
       CASE WHEN status = 'uploaded' THEN coalesce(place.ahead, 1000) END AS queue_position,
       error_code,
       error_detail,
       last_code,
       retryable,
       phase_ms::text AS phase_ms,
       coalesce(CAST(facts ->> 'truncated' AS boolean), false) AS truncated,
       CAST(extract(epoch FROM now()) * 1000 AS bigint) AS asked_at
FROM videos video
LEFT JOIN (
    SELECT due.id AS waiting_id, count(*) OVER (ORDER BY due.not_before) AS ahead
    FROM (SELECT id, not_before FROM videos WHERE status = 'uploaded' ORDER BY not_before LIMIT 1000) AS due
) AS place ON place.waiting_id = video.id
WHERE status <> 'receiving'
  AND (id = ANY (CAST(:?ids AS uuid[]))
       OR owner_id = ANY (CAST(:?owners AS uuid[]))
           AND (status IN ('uploaded', 'processing')
                OR updated_at > least(now() - interval '30 s', to_timestamp(CAST(:?since AS bigint) / 1000.0))))
