-- Claims a video, or returns the state in which it was found. Exactly one of any number of concurrent claims wins.
-- Asked again with the same token, because the answer was lost on its way, it answers the same.
-- :?sent_ms = null
-- :?worker = {{bean:workerName.get}}
-- :?lease_seconds = {{caravana.worker.lease}} as seconds
-- :?max_attempts = {{caravana.job.max-attempts}} as integer
WITH claimed AS (
    UPDATE videos
    SET status = 'processing',
        claim_token = CAST(:?claim_token AS uuid),
        lease_until = now() + make_interval(secs => :?lease_seconds),
        attempts = CASE
            WHEN claim_token = CAST(:?claim_token AS uuid) THEN attempts
            WHEN status = 'failed' THEN 1
            ELSE attempts + 1
        END,
        claims = CASE WHEN claim_token = CAST(:?claim_token AS uuid) THEN claims ELSE claims + 1 END,
        worker = :?worker,
        claimed_at = now(),
        -- what it failed of last stays until it succeeds: some failures may happen once and not twice
        error_code = CASE WHEN status = 'failed' THEN NULL ELSE error_code END,
        error_detail = CASE WHEN status = 'failed' THEN NULL ELSE error_detail END,
        last_code = NULL,
        retryable = false,
        failed_at = NULL,
        first_failed_at = CASE
            WHEN status = 'failed' THEN NULL
            -- its worker is gone: that was a failure, too
            WHEN status = 'processing' AND claim_token <> CAST(:?claim_token AS uuid)
                THEN coalesce(first_failed_at, now())
            ELSE first_failed_at
        END,
        outputs_swept_at = NULL,
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND original_key = :?original_key
      AND owner_id = CAST(:?owner_id AS uuid)
      AND (
          -- waiting and due
          (status = 'uploaded' AND not_before <= now() AND attempts < :?max_attempts)
          -- its worker is gone
          OR (status = 'processing' AND lease_until < now() AND attempts < :?max_attempts)
          -- this very claim, asked again
          OR (status = 'processing' AND claim_token = CAST(:?claim_token AS uuid))
          -- redriven: by our API or by the queue's own console, after it had failed
          OR (status = 'failed' AND retryable AND to_timestamp(:?sent_ms / 1000.0) > failed_at)
      )
    RETURNING id, attempts, transformations, transformation_parameters, first_failed_at, error_code, error_detail,
              announced_sha256,
              extract(epoch FROM now() - greatest(uploaded_at, not_before)) * 1000 AS queued_ms
)
SELECT 'claimed' AS outcome,
       id::text AS video_id,
       attempts,
       transformations::text AS transformations,
       transformation_parameters::text AS transformation_parameters,
       CAST(greatest(0, queued_ms) AS bigint) AS queued_ms,
       0 AS delay,
       error_code AS previous_error,
       error_detail AS previous_detail,
       iso_seconds(first_failed_at) AS first_failed_at,
       announced_sha256
FROM claimed
UNION ALL
SELECT CASE
           WHEN original_key <> :?original_key OR owner_id <> CAST(:?owner_id AS uuid) THEN 'disagrees'
           -- its worker may be failing it permanently at this moment, and this be the dead letter, redriven already: it comes back
           WHEN status = 'processing' AND lease_until >= now() AND attempts >= :?max_attempts THEN 'early'
           WHEN status = 'processing' AND lease_until >= now() THEN 'owned'
           WHEN status IN ('uploaded', 'processing') AND attempts >= :?max_attempts THEN 'exhausted'
           WHEN status = 'uploaded' AND not_before > now() THEN 'early'
           WHEN status IN ('uploaded', 'processing') THEN 'raced'
           WHEN status = 'receiving' THEN 'early'
           ELSE 'settled'
       END,
       id::text,
       attempts,
       NULL,
       NULL,
       0,
       CASE
           WHEN status = 'processing' THEN 15
           ELSE CAST(ceil(greatest(1, extract(epoch FROM not_before - now()))) AS integer)
       END,
       error_code,
       error_detail,
       iso_seconds(first_failed_at),
       NULL
FROM videos
WHERE id = CAST(:?video_id AS uuid)
  AND NOT EXISTS (SELECT 1 FROM claimed)
