UPDATE exports
SET made_at = now(),
    bytes = :?export_bytes
WHERE id = CAST(:?export_id AS uuid)
