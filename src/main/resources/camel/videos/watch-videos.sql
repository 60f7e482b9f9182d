-- :?last_round = null
WITH news AS (
    SELECT news_since(CAST(:?last_round AS bigint)) AS since
),
watched AS (
    SELECT * FROM videos WHERE id = ANY (CAST(:?ids AS uuid[]))
    UNION ALL
    SELECT latest.*
    FROM unnest(CAST(:?owners AS uuid[]), CAST(:?since AS bigint[])) AS account(owner, since)
    CROSS JOIN news
    CROSS JOIN LATERAL (
        (SELECT *
         FROM videos
         WHERE owner_id = account.owner AND status IN ('uploaded', 'processing')
         ORDER BY updated_at DESC
         LIMIT CAST(:?most AS integer))
        UNION ALL
        (SELECT *
         FROM videos
         WHERE owner_id = account.owner
           AND updated_at > least(news.since, to_timestamp(account.since / 1000.0))
           AND status NOT IN ('receiving', 'uploaded', 'processing')
         ORDER BY updated_at DESC
         LIMIT CAST(:?most AS integer))
        ORDER BY updated_at DESC
        LIMIT CAST(:?most AS integer)
    ) AS latest
)
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
       coalesce(original_sha256, announced_sha256) AS original_sha256,
       processed_key,
       poster_key,
       output_documents(video.id) AS outputs,
       attempts,
       CASE WHEN status = 'uploaded' THEN coalesce(forecast.rank, 1000) END AS queue_position,
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
       coalesce(CAST(facts ->> 'truncated' AS boolean), false) AS truncated,
       status NOT IN ('uploaded', 'processing') AND video.updated_at <= news.since AS replay,
       CAST(extract(epoch FROM now()) * 1000 AS bigint) AS asked_at
FROM (SELECT DISTINCT ON (id) * FROM watched) AS video
CROSS JOIN news
LEFT JOIN (
    -- Once for all of an account's.
    SELECT forecasts.*
    FROM (SELECT owner_id, array_agg(id) AS ids
          FROM watched
          WHERE status IN ('uploaded', 'processing')
          GROUP BY owner_id) AS unfinished
    CROSS JOIN LATERAL forecasts(unfinished.owner_id, unfinished.ids)
) AS forecast ON forecast.video_id = video.id
WHERE status <> 'receiving'
ORDER BY video.updated_at
