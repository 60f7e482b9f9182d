-- Claims the unit of work that is next, whatever video the message names, or returns the state of the named one. Of any number
-- of concurrent claims exactly one gets a unit. Asked again with the same token, because the answer was lost on its way, it
-- answers the same.
-- :?sent_ms = null
-- :?worker = {{bean:workerName.get}}
-- :?lease_seconds = {{caravana.worker.lease}} as seconds
-- :?max_attempts = {{caravana.job.max-attempts}} as integer
-- :?account_at_once = {{caravana.job.account-at-once}} as integer
-- :?new_accounts_at_once = {{caravana.job.new-accounts-at-once}} as integer
WITH named AS (
    SELECT *
    FROM videos
    WHERE id = CAST(:?video_id AS uuid)
), disagreeing AS (
    SELECT 1
    FROM named
    WHERE original_key <> :?original_key
       OR owner_id <> CAST(:?owner_id AS uuid)
), redriven AS (
    -- by our API or by the queue's own console, after it had failed: it waits like any other, and this claim is tried again
    UPDATE videos
    SET status = 'uploaded',
        attempts = 0,
        not_before = now(),
        published_at = now(),
        error_code = NULL,
        error_detail = NULL,
        last_code = NULL,
        retryable = false,
        first_failed_at = NULL,
        failed_at = NULL,
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND status = 'failed'
      AND retryable
      AND to_timestamp(:?sent_ms / 1000.0) > failed_at
      AND NOT EXISTS (SELECT 1 FROM disagreeing)
    RETURNING id
), held AS MATERIALIZED (
    -- found by its token: statistics that are a minute old would rather look through all that are processed
    SELECT id, status
    FROM videos
    WHERE claim_token = CAST(:?claim_token AS uuid)
), own AS (
    -- this very claim, asked again
    SELECT id
    FROM held
    WHERE status = 'processing'
), anew AS (
    -- All that follows is done only if it is needed, and says so itself: PostgreSQL may do a part before it knows.
    SELECT 1
    WHERE NOT EXISTS (SELECT 1 FROM own)
      AND NOT EXISTS (SELECT 1 FROM disagreeing)
      AND NOT EXISTS (SELECT 1 FROM redriven)
), abandoned AS (
    -- its worker is gone; its account has paid for it
    SELECT id
    FROM videos
    WHERE EXISTS (SELECT 1 FROM anew)
      AND status = 'processing'
      AND lease_until < now()
      AND attempts < :?max_attempts
    ORDER BY lease_until
    LIMIT 1
    FOR UPDATE SKIP LOCKED
), helped AS MATERIALIZED (
    SELECT owner_id, units
    FROM helped_accounts
), able AS MATERIALIZED (
    -- the accounts that may be served, the next ones first: more than one, so that claims at once seldom wait for each other
    SELECT owner_id, virtual_time
    FROM shares
    WHERE EXISTS (SELECT 1 FROM anew)
      AND NOT EXISTS (SELECT 1 FROM abandoned)
      AND waiting > 0
      AND running + coalesce((SELECT units FROM helped WHERE helped.owner_id = shares.owner_id), 0)
          < coalesce(at_once, :?account_at_once)
      AND (
          since < now() - interval '1 day'
          OR :?new_accounts_at_once > (
              SELECT coalesce(sum(running), 0)
              FROM shares
              WHERE running > 0
                AND since >= now() - interval '1 day'
          )
      )
      AND (
          SELECT true
          FROM work
          WHERE work.owner_id = shares.owner_id
            AND work.claimed_at IS NULL
            AND work.due_at <= now()
            AND work.attempts < :?max_attempts
          ORDER BY work.turn_at, work.video_id
          LIMIT 1
      )
    ORDER BY virtual_time
    LIMIT 4
), free_account AS (
    -- the first that no other claim is at
    SELECT shares.owner_id
    FROM able
    JOIN shares USING (owner_id)
    WHERE shares.running + coalesce((SELECT units FROM helped WHERE helped.owner_id = shares.owner_id), 0)
          < coalesce(shares.at_once, :?account_at_once)
    ORDER BY able.virtual_time
    LIMIT 1
    FOR UPDATE OF shares SKIP LOCKED
), first_account AS (
    -- Others are at each of them. A claim locks one account at most, so claims never wait for each other in a circle; this one
    -- finds the count of running units as the other claim leaves it.
    SELECT owner_id
    FROM shares
    WHERE NOT EXISTS (SELECT 1 FROM free_account)
      AND owner_id = (SELECT owner_id FROM able ORDER BY virtual_time LIMIT 1)
      AND running + coalesce((SELECT units FROM helped WHERE helped.owner_id = shares.owner_id), 0)
          < coalesce(at_once, :?account_at_once)
    FOR UPDATE
), next_unit AS (
    SELECT work.video_id
    FROM work
    JOIN videos ON videos.id = work.video_id
    WHERE work.owner_id = coalesce((SELECT owner_id FROM free_account), (SELECT owner_id FROM first_account))
      AND work.claimed_at IS NULL
      AND work.due_at <= now()
      AND work.attempts < :?max_attempts
      AND videos.status = 'uploaded'
    ORDER BY work.turn_at, work.video_id
    LIMIT 1
    FOR UPDATE OF videos SKIP LOCKED
), claimed AS (
    UPDATE videos
    SET status = 'processing',
        claim_token = CAST(:?claim_token AS uuid),
        lease_until = now() + make_interval(secs => :?lease_seconds),
        attempts = CASE WHEN claim_token = CAST(:?claim_token AS uuid) THEN attempts ELSE attempts + 1 END,
        claims = CASE WHEN claim_token = CAST(:?claim_token AS uuid) THEN claims ELSE claims + 1 END,
        worker = :?worker,
        claimed_at = now(),
        -- what it failed of last stays until it succeeds: some failures may happen once and not twice
        last_code = NULL,
        retryable = false,
        failed_at = NULL,
        first_failed_at = CASE
            -- its worker is gone: that was a failure, too
            WHEN status = 'processing' AND claim_token <> CAST(:?claim_token AS uuid)
                THEN coalesce(first_failed_at, now())
            ELSE first_failed_at
        END,
        outputs_swept_at = NULL,
        updated_at = now()
    WHERE id = coalesce((SELECT id FROM own), (SELECT id FROM abandoned), (SELECT video_id FROM next_unit))
      AND (
          status = 'uploaded'
          OR (status = 'processing' AND (lease_until < now() OR claim_token = CAST(:?claim_token AS uuid)))
      )
    RETURNING id, owner_id, original_key, attempts, claims, transformations, transformation_parameters, first_failed_at, error_code,
              error_detail, announced_sha256,
              extract(epoch FROM now() - greatest(uploaded_at, not_before)) * 1000 AS queued_ms,
              traceparent, job_message(videos) AS job_message
)
SELECT 'claimed' AS outcome,
       claimed.id::text AS video_id,
       claimed.owner_id::text AS owner_id,
       claimed.original_key,
       claimed.attempts,
       claimed.claims,
       claimed.transformations::text AS transformations,
       claimed.transformation_parameters::text AS transformation_parameters,
       CAST(greatest(0, claimed.queued_ms) AS bigint) AS queued_ms,
       -- until the video that the message names is due
       CAST(ceil(greatest(0, extract(epoch FROM named.not_before - now()))) AS integer) AS delay,
       claimed.error_code AS previous_error,
       claimed.error_detail AS previous_detail,
       iso_seconds(claimed.first_failed_at) AS first_failed_at,
       claimed.announced_sha256,
       (SELECT predicted_seconds FROM work WHERE work.video_id = claimed.id) AS predicted_seconds,
       claimed.traceparent,
       claimed.job_message,
       claimed.id <> CAST(:?video_id AS uuid) AS names_other,
       job_message(named) AS other_message
FROM claimed
LEFT JOIN videos named
       ON named.id = CAST(:?video_id AS uuid)
      AND named.id <> claimed.id
      AND named.status = 'uploaded'
UNION ALL
SELECT CASE
           WHEN EXISTS (SELECT 1 FROM disagreeing) THEN 'disagrees'
           WHEN EXISTS (SELECT 1 FROM redriven) THEN 'raced'
           -- its worker may be failing it permanently at this moment, and this be the dead letter, redriven already: it comes back
           WHEN status = 'processing' AND lease_until >= now() AND attempts >= :?max_attempts THEN 'last'
           WHEN status = 'processing' AND lease_until >= now() THEN 'owned'
           WHEN status IN ('uploaded', 'processing') AND attempts >= :?max_attempts THEN 'exhausted'
           WHEN status = 'uploaded' AND (not_before > now() OR share.full_for > 0) THEN 'early'
           WHEN status IN ('uploaded', 'processing') THEN 'raced'
           WHEN status = 'receiving' THEN 'early'
           ELSE 'settled'
       END,
       id::text,
       named.owner_id::text,
       original_key,
       attempts,
       NULL,
       NULL,
       NULL,
       0,
       CASE
           WHEN status = 'processing' THEN 15
           ELSE CAST(ceil(greatest(1, extract(epoch FROM not_before - now()), share.full_for)) AS integer)
       END,
       error_code,
       error_detail,
       iso_seconds(first_failed_at),
       NULL,
       NULL,
       NULL,
       NULL,
       false,
       NULL
FROM named
LEFT JOIN LATERAL (
    -- An account at its limit has nothing due. The more of its messages there are, the less often each of them comes back.
    SELECT least(300, greatest(5, waiting / 2)) AS full_for
    FROM shares
    WHERE owner_id = named.owner_id
      AND (
          running + coalesce((SELECT units FROM helped WHERE helped.owner_id = shares.owner_id), 0)
              >= coalesce(at_once, :?account_at_once)
          OR (since >= now() - interval '1 day'
              AND :?new_accounts_at_once <= (
                  SELECT sum(running)
                  FROM shares
                  WHERE running > 0
                    AND since >= now() - interval '1 day'))
      )
) share ON true
WHERE NOT EXISTS (SELECT 1 FROM claimed)
