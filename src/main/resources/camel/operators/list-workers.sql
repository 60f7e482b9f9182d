-- What operators need first: whether anything waits for too long, which workers are alive, and what they do.
-- A worker reports every ten seconds; after this long it counts as gone.
-- :?alive_seconds = 35 as integer
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
                                       'started_at', iso(claimed_at))
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
