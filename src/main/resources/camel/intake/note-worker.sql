-- Registers this worker, and forgets those that have not done so for an hour.
-- :?worker = {{bean:workerName.get}}
-- :?slots = {{caravana.worker.slots}} as integer
-- :?routes = {{bean:routeVersion.name}}
WITH forgotten AS (
    DELETE FROM workers
    WHERE seen_at < now() - interval '1 hour'
), proven AS (
    INSERT INTO route_versions (version, processed_at)
    SELECT :?routes, now()
    WHERE :?processed
    ON CONFLICT (version) DO UPDATE
    SET processed_at = now()
)
INSERT INTO workers (name, slots, closed_by, closed_why, routes)
VALUES (:?worker, :?slots, array_to_string(CAST(:?closed_by AS text[]), ','), :?closed_why, :?routes)
ON CONFLICT (name) DO UPDATE
SET slots = excluded.slots,
    closed_by = excluded.closed_by,
    closed_why = excluded.closed_why,
    routes = excluded.routes,
    seen_at = now()
RETURNING name,
          seen_at,
          -- What a defect of this worker's routes is rolled back to.
          (SELECT version
           FROM route_versions
           WHERE version <> :?routes
           ORDER BY processed_at DESC
           LIMIT 1) AS roll_back_to
