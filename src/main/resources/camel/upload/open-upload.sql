-- Opens an upload, or returns why not: exactly one of any number of uploads with the same key is opened.
-- :?patience_seconds = {{caravana.upload.patience}} as seconds
-- :?per_hour = {{caravana.upload.per-hour}} as integer
-- :?idempotency_key = null
-- :?key_hours = 24 as integer
-- :?announced = null
-- :?ordered_import = null
-- :?content_length = null
-- :?token = null
-- :?idle_seconds = {{caravana.upload.idle}} as seconds
-- :?traceparent = null
WITH recent AS (
    -- What is processed again counts like an upload.
    SELECT count(*) AS uploads,
           CAST(ceil(extract(epoch FROM min(at) + interval '1 hour' - now())) AS integer) AS next_seconds
    FROM (SELECT received_at AS at
          FROM videos
          WHERE :?per_hour > 0
            AND owner_id = CAST(:?caller.id AS uuid)
            AND received_at > now() - interval '1 hour'
          UNION ALL
          SELECT requested_at
          FROM process_requests
          WHERE :?per_hour > 0
            AND owner_id = CAST(:?caller.id AS uuid)
            AND requested_at > now() - interval '1 hour') jobs
), quota AS (
    -- Of a file whose size is not known yet, one byte.
    SELECT CASE
               WHEN used.open_uploads >= most.open_uploads THEN 'open_uploads'
               WHEN used.videos >= most.videos THEN 'videos'
               WHEN used.bytes + coalesce(
                        CAST(CAST(:?announced AS jsonb) ->> 'bytes' AS bigint),
                        CAST(:?content_length AS bigint),
                        1) > most.bytes THEN 'bytes'
               WHEN account_seconds(CAST(:?caller.id AS uuid)) >= 60 * most.minutes THEN 'minutes'
           END AS exceeded,
           most.*
    FROM account_usage(CAST(:?caller.id AS uuid)) used,
         (SELECT coalesce(own.bytes, CAST(:?quota.bytes AS bigint)) AS bytes,
                 coalesce(own.videos, CAST(:?quota.videos AS bigint)) AS videos,
                 coalesce(own.open_uploads, CAST(:?quota.open_uploads AS bigint)) AS open_uploads,
                 coalesce(own.minutes, CAST(:?quota.minutes AS bigint)) AS minutes
          FROM (SELECT CAST(:?caller.id AS uuid) AS owner_id) account
          LEFT JOIN account_quotas own USING (owner_id)) most
), allowed AS (
    SELECT 1
    FROM recent, quota
    WHERE (:?per_hour = 0 OR uploads < :?per_hour)
      AND exceeded IS NULL
), keyed AS (
    INSERT INTO upload_keys (owner_id, key, video_id, expires_at)
    SELECT CAST(:?caller.id AS uuid), CAST(:?idempotency_key AS text), CAST(:?video_id AS uuid), now() + make_interval(hours => :?key_hours)
    FROM allowed
    WHERE CAST(:?idempotency_key AS text) IS NOT NULL
    ON CONFLICT (owner_id, key) DO UPDATE
        SET video_id = excluded.video_id, expires_at = excluded.expires_at
        WHERE upload_keys.expires_at < now()
    RETURNING video_id
), opened AS (
    INSERT INTO videos (id, owner_id, status, original_key, transformations, traceparent, expires_at)
    SELECT CAST(:?video_id AS uuid), CAST(:?caller.id AS uuid), 'receiving', :?original_key, '[]', :?traceparent,
           now() + CASE WHEN coalesce(CAST(:?announced AS jsonb), CAST(:?ordered_import AS jsonb)) IS NULL
                        THEN make_interval(secs => :?patience_seconds)
                        ELSE make_interval(secs => :?idle_seconds) END
    FROM allowed
    WHERE CAST(:?idempotency_key AS text) IS NULL OR EXISTS (SELECT 1 FROM keyed)
    RETURNING id, owner_id, original_key, expires_at
), in_pieces AS (
    INSERT INTO uploads (video_id, owner_id, original_key, bytes, title, original_name, transformations,
                         transformation_parameters, metadata, token, expires_at, direct, part_bytes,
                         announced_sha256, reference, video_metadata, priority)
    SELECT opened.id, opened.owner_id, opened.original_key, announced.bytes, announced.title, announced.original_name,
           CAST(announced.transformations AS jsonb), CAST(announced.transformation_parameters AS jsonb), announced.metadata, CAST(:?token AS uuid), opened.expires_at,
           announced.direct, announced.part_bytes, announced.announced_sha256,
           announced.reference, CAST(announced.video_metadata AS jsonb), announced.priority
    FROM opened,
         -- Without one there is no upload in pieces.
         jsonb_to_record(CAST(:?announced AS jsonb))
             AS announced (bytes bigint, title text, original_name text, transformations text, transformation_parameters text,
                           metadata text, direct text, part_bytes integer, announced_sha256 text, reference text,
                           video_metadata text, priority smallint)
    WHERE CAST(:?announced AS jsonb) IS NOT NULL
), imported AS (
    INSERT INTO imports (video_id, owner_id, original_key, url, headers, upload)
    SELECT opened.id, opened.owner_id, opened.original_key, ordered.url, ordered.headers, ordered.upload
    FROM opened,
         jsonb_to_record(CAST(:?ordered_import AS jsonb)) AS ordered (url text, headers text, upload jsonb)
    WHERE CAST(:?ordered_import AS jsonb) IS NOT NULL
)
SELECT 'opened' AS outcome,
       id::text AS video_id,
       NULL AS title,
       NULL AS transformations,
       NULL AS transformation_parameters,
       NULL AS reference,
       NULL AS video_metadata,
       NULL AS announced_sha256,
       NULL AS original_name,
       CAST(NULL AS smallint) AS priority,
       CAST(NULL AS bigint) AS original_bytes,
       NULL AS quota,
       CAST(NULL AS bigint) AS most,
       NULL AS frees_at,
       :?per_hour AS per_hour,
       :?per_hour - uploads - 1 AS uploads_left,
       coalesce(next_seconds, 3600) AS next_seconds
FROM opened, recent
UNION ALL
SELECT CASE WHEN video.status = 'receiving' THEN 'running' ELSE 'done' END,
       video.id::text,
       video.title,
       video.transformations::text,
       video.transformation_parameters::text,
       video.reference,
       video.metadata::text,
       video.announced_sha256,
       video.original_name,
       video.priority,
       video.original_bytes,
       NULL,
       NULL,
       NULL,
       0,
       NULL,
       NULL
FROM upload_keys first
JOIN videos video ON video.id = first.video_id
WHERE first.owner_id = CAST(:?caller.id AS uuid)
  AND first.key = CAST(:?idempotency_key AS text)
  AND first.expires_at >= now()
  AND NOT EXISTS (SELECT 1 FROM opened)
UNION ALL
SELECT CASE WHEN exceeded IS NULL THEN 'too_many' ELSE 'quota' END,
       NULL,
       NULL,
       NULL,
       NULL,
       NULL,
       NULL,
       NULL,
       NULL,
       NULL,
       NULL,
       exceeded,
       CASE exceeded WHEN 'bytes' THEN bytes WHEN 'videos' THEN videos WHEN 'minutes' THEN minutes ELSE open_uploads END,
       iso_seconds(quota_frees_at(CAST(:?caller.id AS uuid), exceeded)),
       :?per_hour,
       greatest(:?per_hour - uploads, 0),
       coalesce(next_seconds, 3600)
FROM quota, recent
WHERE NOT EXISTS (SELECT 1 FROM allowed)
  AND NOT EXISTS (
      SELECT 1
      FROM upload_keys
      WHERE owner_id = CAST(:?caller.id AS uuid) AND key = CAST(:?idempotency_key AS text) AND expires_at >= now()
  )
