-- Queues a finished video again, with all its attempts, or returns why not. The old result stays until there is a new one.
-- :?transformations = null
-- :?transformation_parameters = null
-- :?per_hour = {{caravana.upload.per-hour}} as integer
WITH forgotten AS (
    DELETE FROM process_requests
    WHERE owner_id = CAST(:?caller.id AS uuid)
      AND requested_at <= now() - interval '1 hour'
), recent AS (
    SELECT count(*) AS jobs,
           CAST(ceil(extract(epoch FROM min(at) + interval '1 hour' - now())) AS integer) AS next_seconds
    FROM (SELECT received_at AS at
          FROM videos
          WHERE :?per_hour > 0
            AND owner_id = CAST(:?caller.id AS uuid)
            AND received_at > now() - interval '1 hour'
          UNION ALL
          SELECT requested_at
          FROM process_requests
          WHERE owner_id = CAST(:?caller.id AS uuid)
            AND requested_at > now() - interval '1 hour') counted
), quota AS (
    SELECT account_seconds(CAST(:?caller.id AS uuid)) >= 60 * most.minutes AS exceeded,
           most.minutes
    FROM (SELECT coalesce(
                     (SELECT minutes FROM account_quotas WHERE owner_id = CAST(:?caller.id AS uuid)),
                     CAST(:?quota.minutes AS integer)) AS minutes) most
), queued AS (
    SELECT again.owner_id, job_message(again) AS job_message
    FROM videos AS own
    CROSS JOIN LATERAL queue_again(
        own.id,
        ARRAY['processed', 'failed', 'cancelled'],
        CAST(:?transformations AS jsonb),
        CAST(:?transformation_parameters AS jsonb)) AS again
    WHERE own.id = CAST(:?video_id AS uuid)
      AND own.owner_id = CAST(:?caller.id AS uuid)
      AND (:?per_hour = 0 OR (SELECT jobs FROM recent) < :?per_hour)
      AND NOT coalesce((SELECT exceeded FROM quota), false)
      AND (CAST(:?transformations AS jsonb) IS NOT NULL OR NOT lacks_asset(own.owner_id, own.transformation_parameters))
), noted AS (
    INSERT INTO process_requests (owner_id)
    SELECT owner_id
    FROM queued
    WHERE :?per_hour > 0
)
SELECT 'queued' AS outcome,
       job_message,
       CAST(NULL AS bigint) AS most,
       NULL AS frees_at,
       :?per_hour AS per_hour,
       :?per_hour - jobs - 1 AS uploads_left,
       coalesce(next_seconds, 3600) AS next_seconds
FROM queued, recent
UNION ALL
SELECT CASE
           WHEN status IN ('uploaded', 'processing') THEN 'unfinished'
           WHEN EXISTS (SELECT FROM expired_files WHERE video_id = id AND kind = 'original') THEN 'expired'
           WHEN CAST(:?transformations AS jsonb) IS NULL AND lacks_asset(owner_id, transformation_parameters) THEN 'asset_deleted'
           WHEN (SELECT exceeded FROM quota) THEN 'quota'
           ELSE 'too_many'
       END,
       NULL,
       (SELECT minutes FROM quota),
       iso_seconds(quota_frees_at(owner_id, 'minutes')),
       :?per_hour,
       greatest(:?per_hour - jobs, 0),
       coalesce(next_seconds, 3600)
FROM videos, recent
WHERE id = CAST(:?video_id AS uuid)
  AND owner_id = CAST(:?caller.id AS uuid)
  AND status NOT IN ('receiving', 'deleting')
  AND NOT EXISTS (SELECT 1 FROM queued)
