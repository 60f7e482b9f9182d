-- Opens an upload, or returns why not: exactly one of any number of uploads with the same key is opened.
-- :?patience_seconds = {{caravana.upload.patience}} as seconds
-- :?per_hour = {{caravana.upload.per-hour}} as integer
-- :?idempotency_key = null
-- :?key_hours = 24 as integer
-- :?traceparent = null
WITH recent AS (
    -- What is processed again counts like an upload.
    SELECT (SELECT count(*)
            FROM videos
            WHERE :?per_hour > 0
              AND owner_id = CAST(:?caller.id AS uuid)
              AND received_at > now() - interval '1 hour')
         + (SELECT count(*)
            FROM process_requests
            WHERE :?per_hour > 0
              AND owner_id = CAST(:?caller.id AS uuid)
              AND requested_at > now() - interval '1 hour') AS uploads
), allowed AS (
    SELECT 1 FROM recent WHERE :?per_hour = 0 OR uploads < :?per_hour
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
           now() + make_interval(secs => :?patience_seconds)
    FROM allowed
    WHERE CAST(:?idempotency_key AS text) IS NULL OR EXISTS (SELECT 1 FROM keyed)
    RETURNING id
)
SELECT 'opened' AS outcome,
       id::text AS video_id,
       NULL AS title,
       NULL AS transformations,
       NULL AS transformation_parameters,
       CAST(NULL AS bigint) AS original_bytes
FROM opened
UNION ALL
SELECT CASE WHEN video.status = 'receiving' THEN 'running' ELSE 'done' END,
       video.id::text,
       video.title,
       video.transformations::text,
       video.transformation_parameters::text,
       video.original_bytes
FROM upload_keys first
JOIN videos video ON video.id = first.video_id
WHERE first.owner_id = CAST(:?caller.id AS uuid)
  AND first.key = CAST(:?idempotency_key AS text)
  AND first.expires_at >= now()
  AND NOT EXISTS (SELECT 1 FROM opened)
UNION ALL
SELECT 'too_many', NULL, NULL, NULL, NULL, NULL
WHERE NOT EXISTS (SELECT 1 FROM allowed)
  AND NOT EXISTS (
      SELECT 1
      FROM upload_keys
      WHERE owner_id = CAST(:?caller.id AS uuid) AND key = CAST(:?idempotency_key AS text) AND expires_at >= now()
  )
