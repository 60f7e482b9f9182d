WITH deleted AS (
    UPDATE videos
    SET status = 'deleting',
        updated_at = now()
    WHERE id = CAST(:?video_id AS uuid)
      AND owner_id = CAST(:?caller.id AS uuid)
      AND status NOT IN ('receiving', 'deleting')
    RETURNING id, status
), freed AS (
    DELETE FROM upload_keys WHERE video_id IN (SELECT id FROM deleted)
)
SELECT id::text AS video_id, status FROM deleted
