-- This worker is there; those that have not said so for an hour are forgotten.
WITH forgotten AS (
    DELETE FROM workers
    WHERE seen_at < now() - interval '1 hour'
)
INSERT INTO workers (name, slots, closed_by)
VALUES (:?worker, :?slots, :?closed_by)
ON CONFLICT (name) DO UPDATE
SET slots = excluded.slots,
    closed_by = excluded.closed_by,
    seen_at = now()
RETURNING name, seen_at
