-- What operators need first: whether anything waits for too long, which workers are alive, and what they do.
-- A worker reports every ten seconds; after this long it counts as gone.
-- :?alive_seconds = 35 as integer
-- What waits is to be done within this time; the deployment scales the workers by it.
-- :?target_seconds = 120 as integer
-- :?account_at_once = {{caravana.job.account-at-once}} as integer
-- :?new_accounts_at_once = {{caravana.job.new-accounts-at-once}} as integer
WITH changed AS (
    -- What is not due yet is taken off; a running job counts as long as it will run, but in any case keeps its slot.
    SELECT owner_id,
           sum(CASE
               WHEN claimed_at IS NULL THEN -predicted_seconds
               ELSE greatest(:?target_seconds, predicted_seconds - extract(epoch FROM now() - claimed_at))
           END) AS seconds
    FROM work
    WHERE claimed_at IS NOT NULL
       OR due_at > now()
    GROUP BY owner_id
), competing AS (
    -- An account at its limit gains nothing by more slots, so that it counts for as many as it may use.
    SELECT since >= now() - interval '1 day' AS young,
           least(greatest(0, waiting_seconds + coalesce(seconds, 0)),
                 coalesce(at_once, :?account_at_once) * :?target_seconds) AS seconds
    FROM shares
    LEFT JOIN changed USING (owner_id)
    WHERE waiting > 0
       OR running > 0
)
SELECT (SELECT paused FROM intake) AS paused,
       (SELECT CAST(extract(epoch FROM now() - min(greatest(uploaded_at, not_before))) AS double precision)
        FROM videos
        WHERE status = 'uploaded'
          AND not_before <= now()) AS oldest_due_seconds,
       -- What waits, as predicted, and what the running jobs are expected to need still.
       (SELECT coalesce(sum(waiting_seconds), 0) FROM shares)
           + (SELECT coalesce(sum(greatest(0, predicted_seconds - extract(epoch FROM now() - claimed_at))), 0)
              FROM work
              WHERE claimed_at IS NOT NULL) AS work_seconds,
       (SELECT CAST(coalesce(sum(seconds) FILTER (WHERE NOT young), 0)
                    + least(coalesce(sum(seconds) FILTER (WHERE young), 0), CAST(:?new_accounts_at_once AS integer) * :?target_seconds)
                    AS double precision)
        FROM competing) AS due_work_seconds,
       (SELECT coalesce(json_agg(json_build_object(
                   'worker', name,
                   'slots', slots,
                   'routes', routes,
                   'closed_by', CASE WHEN closed_by = '' THEN '[]' ELSE to_json(string_to_array(closed_by, ',')) END,
                   'closed_why', nullif(closed_why, ''),
                   'seen_at', iso(seen_at),
                   'jobs', (SELECT coalesce(json_agg(json_build_object(
                                       'video_id', id,
                                       'attempt', attempts,
                                       'started_at', iso(claimed_at),
                                       -- Null for a job that is done in one run. A part whose worker is gone waits.
                                       'parts', (SELECT json_build_object(
                                                     'planned', count(*),
                                                     'done', count(*) FILTER (WHERE part_state = 'done'),
                                                     'running', coalesce(json_agg(json_build_object(
                                                             'number', number,
                                                             'worker', parts.worker,
                                                             'started_at', iso(parts.claimed_at))
                                                         ORDER BY number)
                                                         FILTER (WHERE part_state = 'running' AND parts.lease_until > now()), '[]'))
                                                 FROM parts
                                                 WHERE parts.video_id = videos.id
                                                   AND parts.job_token = videos.claim_token
                                                 HAVING count(*) > 0))
                                   ORDER BY claimed_at), '[]')
                            FROM videos
                            WHERE status = 'processing'
                              AND worker = name))
               ORDER BY name), '[]')::text
        FROM workers
        WHERE seen_at > now() - make_interval(secs => :?alive_seconds)) AS workers,
       -- The newest first: what a defect of the newest is rolled back to.
       (SELECT coalesce(json_agg(json_build_object(
                   'version', version,
                   'processed_at', iso(processed_at))
               ORDER BY processed_at DESC), '[]')::text
        FROM (SELECT version, processed_at
              FROM route_versions
              ORDER BY processed_at DESC
              LIMIT 10) AS latest) AS routes
