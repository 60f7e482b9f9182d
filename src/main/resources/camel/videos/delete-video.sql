-- :?undo_seconds = 10 as integer
WITH deleted AS (
    UPDATE videos
    SET status = 'deleting',
        deleted_from = status,
        restorable_until = now() + make_interval(secs => :?undo_seconds),
        -- A web of an older version purges whatever no lease protects.
        lease_until = greatest(lease_until, now() + make_interval(secs => :?undo_seconds)),
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND owner_id = CAST(:?caller.id AS uuid)
      AND status NOT IN ('receiving', 'deleting')
    RETURNING id, status
), freed AS (
    DELETE FROM upload_keys WHERE video_id IN (SELECT id FROM deleted)
)
SELECT id::text AS video_id, status FROM deleted
