-- Deleted ones, and those whose object was not stored within an hour. What could not be removed the last time is found again.
UPDATE assets
SET deleted_at = coalesce(deleted_at, now())
WHERE id IN (
    SELECT id
    FROM assets
    WHERE deleted_at IS NOT NULL
       OR stored_at IS NULL AND created_at < now() - interval '1 hour'
    ORDER BY created_at
    LIMIT 100
    FOR UPDATE SKIP LOCKED
)
RETURNING id::text AS asset_id, object_key
